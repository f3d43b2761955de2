"""SealedText: a column of identity data, which holds ciphertext and nothing else."""

from typing import Any

from django.db import models


class SealedText(models.TextField):
    """Text that only `managers.services.identity` seals and opens; read plainly it is ciphertext.

    It does not open by itself: what a template, an export or a log prints by mistake is of no use to anybody.
    Empty where nothing is known.
    """

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        super().__init__(verbose_name, **options | {"null": True, "blank": True, "editable": False})
