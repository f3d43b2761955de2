"""The vocabulary of extract files: columns, checks and files, declared as data."""

from dataclasses import dataclass, field

PATTERNS = {
    "code": r"^[^[:cntrl:]]{1,%(length)s}$",
    "date": r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
    "amount": r"^-?[0-9]{1,15}(\.[0-9]{1,2})?$",
    "unsigned": r"^[0-9]{1,15}(\.[0-9]{1,2})?$",
    "rate": r"^[0-9]{1,9}(\.[0-9]{1,8})?$",
    "share": r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$",
    "currency": r"^[A-Z]{3}$",
}
SQL_TYPES = {
    "date": "date",
    "amount": "numeric",
    "unsigned": "numeric",
    "rate": "numeric",
    "share": "numeric",
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
    def pattern(self) -> str:
        """The regular expression (PostgreSQL's) that a non-empty value must match."""
        if self.choices:
            return f"^({'|'.join(self.choices)})$"
        return PATTERNS[self.kind] % {"length": self.length} if self.kind == "code" else PATTERNS[self.kind]

    @property
    def sql_type(self) -> str:
        """The type a well-formed value is cast to."""
        return SQL_TYPES.get(self.kind, "text")


@dataclass(frozen=True)
class Check:
    """A rule on well-formed rows: rows `where` holds are refused for `reason`, shown at `column`.

    `where` and `detail` are SQL over the row `s` of the file; `detail` explains the refusal.
    """

    column: str
    reason: str
    where: str
    detail: str = "''"


@dataclass(frozen=True)
class FeedFile:
    """One file of a bundle: its columns, its key, its checks and the statements that apply it.

    `before` checks run on the file alone and what was loaded earlier; `after` checks run once the rows
    are in. `apply` names SQL statements of `package`. `repeatable` is False where a row has no key, so
    that the very same file again would count twice. `business` is SQL that lists what the file has brought
    so far as (account_id, customer_id, business_date): master data shows in figures from such a day on.
    `keeps_rows_in` is the table that keeps every row of the file with its bundle.
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
    feeds: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """Name of the staging table, and with `row_` before it of the view of well-formed rows."""
        return self.name.removesuffix(".csv")

    @property
    def column_names(self) -> frozenset[str]:
        """The columns that are read."""
        return frozenset(column.name for column in self.columns)

    @property
    def dated(self) -> bool:
        """Whether rows carry a business date that must lie in the manifest's span."""
        return any(column.name == "business_date" for column in self.columns)
