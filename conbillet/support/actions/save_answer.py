"""Keep an answer that is given often, or take it out."""

from ..models import CannedAnswer


def save_answer(
    *, organization_id: int | None, answer: CannedAnswer | None, title: str, text_da: str, text_en: str
) -> CannedAnswer:
    """A new one of an association, or of the desk; or another wording of `answer`."""
    kept = answer or CannedAnswer(organization_id=organization_id)
    kept.title, kept.text_da, kept.text_en = title, text_da, text_en
    kept.save()
    return kept


def remove_answer(*, answer: CannedAnswer) -> None:
    """Take it out."""
    answer.delete()
