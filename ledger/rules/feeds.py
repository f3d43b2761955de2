"""The vocabulary of extract files: columns, checks and files, declared as data."""

from dataclasses import dataclass, field

PATTERNS = {
    "date": r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
    "amount": r"^-?[0-9]{1,15}(\.[0-9]{1,2})?$",
    "unsigned": r"^[0-9]{1,15}(\.[0-9]{1,2})?$",
    "rate": r"^[0-9]{1,9}(\.[0-9]{1,8})?$",
    "share": r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$",
    "currency": r"^[A-Z]{3}$",
    "label": r"^[a-z0-9][a-z0-9_-]{0,63}$",
    "measure": r"^-?[0-9]{1,15}(\.[0-9]{1,4})?$",
}
SQL_TYPES = {
    "date": "date",
    "amount": "numeric",
    "unsigned": "numeric",
    "rate": "numeric",
    "share": "numeric",
    "measure": "numeric",
}
#: What a value that prints back as it was written must keep to besides: its places and its range.
RANGES = {
    "amount": "scale({v}) <= 2 AND abs({v}) < 1e15",
    "unsigned": "scale({v}) <= 2 AND {v} >= 0 AND {v} < 1e15",
    "rate": "scale({v}) <= 8 AND {v} >= 0 AND {v} < 1e9",
    "share": "scale({v}) <= 6 AND {v} BETWEEN 0 AND 1",
    "measure": "scale({v}) <= 4 AND abs({v}) < 1e15",
}


@dataclass(frozen=True)
class Column:
    """One column of a file. `kind` names the form of its values; `choices` replaces the form by a list.

    `nullable`: the value may be empty. `optional`: the column itself may be absent from the file.
    """

    name: str
    kind: str = "code"
    length: int = 32
    nullable: bool = False
    optional: bool = False
    choices: tuple[str, ...] = ()

    @property
    def sql_type(self) -> str:
        """The type a well-formed value is cast to."""
        return SQL_TYPES.get(self.kind, "text")

    @property
    def quoted(self) -> str:
        """The name as SQL takes it anywhere: a file may call a column `from`."""
        return f'"{self.name}"'

    @property
    def needed(self) -> bool:
        """Whether an empty value is an error."""
        return not (self.nullable or self.optional)

    def typed(self, text: str) -> str:
        """SQL for the value of a text as its type; empty where it has none."""
        if self.sql_type == "text":
            return f"nullif({text}, '')"
        return f"CASE WHEN pg_input_is_valid({text}, '{self.sql_type}') THEN {text}::{self.sql_type} END"

    def cast(self, text: str) -> str:
        """The same where a text that is no such value may end it all with an error."""
        return f"nullif({text}, '')" if self.sql_type == "text" else f"{text}::{self.sql_type}"

    def exact(self, text: str) -> str:
        """SQL that says whether a text that is not empty has the column's form: the form's definition."""
        if self.choices:
            return f"{text} IN ({', '.join(repr(choice) for choice in self.choices)})"
        if self.kind == "code":
            return f"(length({text}) <= {self.length} AND {text} !~ '[[:cntrl:]]')"
        real = f" AND pg_input_is_valid({text}, 'date')" if self.kind == "date" else ""
        return f"({text} ~ '{PATTERNS[self.kind]}'{real})"

    def quick(self, text: str, value: str) -> str:
        """SQL that never says yes to what `exact` refuses, and is cheap: the value prints back as the text.

        A regular expression costs more than all the rest of loading a row.
        """
        if self.kind == "date":
            return f"length({text}) = 10 AND {value}::text = {text}"
        if self.kind in RANGES:
            return f"{value}::text = {text} AND {RANGES[self.kind].format(v=value)}"
        return self.exact(text)


@dataclass(frozen=True)
class Check:
    """A rule on well-formed rows: rows `where` holds are refused for `reason`, shown at `column`.

    `where` and `detail` are SQL over the row `s` of the file; `detail` explains the refusal. `master` is the
    file and the column that would bring a code that is lacking.
    """

    column: str
    reason: str
    where: str
    detail: str = "''"
    master: tuple[str, str] | None = None

    @property
    def cheap(self) -> bool:
        """Whether the row alone decides, so that many such checks fit into one look at all rows."""
        return "SELECT" not in self.where


@dataclass(frozen=True)
class FeedFile:
    """One file of a bundle: its columns, its key, its checks and the statements that apply it.

    `before` checks run on the file alone and what was loaded earlier; `after` checks run once the rows
    are in. `apply` names SQL statements of `package`. `repeatable` is False where a row has no key, so
    that the very same file again would count twice. `business` is SQL that lists what the file has brought
    so far as (account_id, customer_id, business_date): master data shows in figures from such a day on.
    `keeps_rows_in` is the table that keeps every row of the file with its bundle; `straight` are the columns
    it takes of a row besides bundle and line, where it refuses a key twice by itself. `joins` looks up what
    `resolved` adds to a row (name and SQL over the text `s`); `joins_whole` does so where there are so many
    rows that the other side is best worked out whole. A column in `known` is well-formed where what it names
    was found.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    apply: tuple[str, ...]
    package: str = "ledger.sql"
    before: tuple[Check, ...] = ()
    after: tuple[Check, ...] = ()
    repeatable: bool = True
    business: str = ""
    keeps_rows_in: str = ""
    straight: tuple[str, ...] = ()
    joins: str = ""
    joins_whole: str = ""
    resolved: tuple[tuple[str, str], ...] = ()
    known: dict[str, str] = field(default_factory=dict)
    feeds: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """Name of the staging table, and with `row_` before it of the table of its typed rows."""
        return self.name.removesuffix(".csv")

    @property
    def column_names(self) -> frozenset[str]:
        """The columns that are read."""
        return frozenset(column.name for column in self.columns)

    @property
    def dated(self) -> bool:
        """Whether rows carry a business date that must lie in the manifest's span."""
        return any(column.name == "business_date" for column in self.columns)
