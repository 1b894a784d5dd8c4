"""Paging that stays quick: nothing counts or skips more than ten thousand rows; who has more searches instead."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

PAGE = 50
MOST = 10_000
By = Callable[..., list[Any]]


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator over the first `MOST` rows. `has_more` says that there are others behind them."""

    def __init__(self, rows: "QuerySet[Any]", per_page: int = PAGE, by: By | None = None) -> None:
        super().__init__(rows, per_page)
        self.rows, self.by = rows, by

    @cached_property
    def _counted(self) -> int:
        return self.rows.order_by()[: MOST + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST)

    @property
    def has_more(self) -> bool:
        return self._counted > MOST

    def page(self, number: Any) -> "Page[Any]":
        if self.by is None:
            return super().page(number)
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        return Page(self.by(first=first, last=min(first + self.per_page, self.count)), number, self)


class FoundPaginator(CappedPaginator):
    """For searches that must look at every row: asked once, for the ids of the first thousand that match."""

    MOST = 1_000

    @cached_property
    def ids(self) -> list[int]:
        return list(self.rows.values_list("pk", flat=True)[: self.MOST + 1])

    @cached_property
    def count(self) -> int:
        return min(len(self.ids), self.MOST)

    @property
    def has_more(self) -> bool:
        return len(self.ids) > self.MOST

    def page(self, number: Any) -> "Page[Any]":
        number = self.validate_number(number)
        wanted = self.ids[: self.MOST][(number - 1) * self.per_page : number * self.per_page]
        rows = self.rows.model._default_manager.filter(pk__in=wanted).select_related(*self.related)
        found = {row.pk: row for row in rows}
        return Page([found[pk] for pk in wanted if pk in found], number, self)

    @property
    def related(self) -> list[str]:
        """What the rows bring along, so that the page's rows bring it too."""
        chosen = self.rows.query.select_related
        return list(chosen) if isinstance(chosen, dict) else []


def page_of(
    rows: "QuerySet[Any]", number: str, per_page: int = PAGE, *, searched: bool = False, by: By | None = None
) -> "Page[Any]":
    """The page that was asked for; the nearest one there is for anything else.

    `by(first=, last=)` gives the rows from `first` up to `last`, where that is quicker than to sort them all.
    """
    return (FoundPaginator if searched else CappedPaginator)(rows, per_page, by).get_page(number)
