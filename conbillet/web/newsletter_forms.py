"""Forms for writing a newsletter and for saying when it is sent."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conbillet.catalogue.markdown import LONGEST
from conbillet.catalogue.models import Event
from conbillet.newsletters.actions.write_issue import Words
from conbillet.newsletters.models import Issue
from conbillet.newsletters.writing import LONGEST_SUBJECT, lost_links, one_line

MARKS = gettext_lazy(
    "An empty line begins a new paragraph. **bold**, *italic*, ## a heading, - a point in a list, [words](https://…) a link."
)


def _subject(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=LONGEST_SUBJECT)


def _text(label: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 12})
    return forms.CharField(label=label, required=False, max_length=LONGEST, widget=area, help_text=MARKS)


class IssueForm(forms.Form):
    """What it says, in one language or two, and to whom."""

    subject_da = _subject(gettext_lazy("Subject in Danish"))
    text_da = _text(gettext_lazy("Text in Danish"))
    subject_en = _subject(gettext_lazy("Subject in English"))
    text_en = _text(gettext_lazy("Text in English"))
    audience = forms.ChoiceField(
        label=gettext_lazy("Who gets it?"), choices=Issue.Audience.choices, widget=forms.RadioSelect,
        initial=Issue.Audience.SUBSCRIBERS,
    )  # fmt: skip
    event = forms.ModelChoiceField(
        label=gettext_lazy("Event"), queryset=Event.objects.none(), required=False, to_field_name="slug",
        empty_label=gettext_lazy("Choose an event"),
    )  # fmt: skip
    on_web = forms.BooleanField(
        label=gettext_lazy("Everybody may read it on the web, in the list of newsletters"), required=False, initial=True
    )

    def __init__(self, *args: Any, events: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if events is None:
            del self.fields["audience"], self.fields["event"]
        else:
            field: Any = self.fields["event"]
            field.queryset = events
            field.label_from_instance = lambda event: event.name

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for language in ("da", "en"):
            subject, text = data.get(f"subject_{language}", ""), data.get(f"text_{language}", "")
            if text and not one_line(subject) and f"subject_{language}" not in self.errors:
                self.add_error(f"subject_{language}", _("Write a subject: it is what people see first."))
            if one_line(subject) and not text and f"text_{language}" not in self.errors:
                self.add_error(f"text_{language}", _("Write what it is about."))
            for link in lost_links(text)[:1]:
                self.add_error(
                    f"text_{language}",
                    _("The link “%(link)s” leads nowhere from a mail. Begin it with https://.") % {"link": link[:60]},
                )
        if not self.errors and not data.get("text_da") and not data.get("text_en"):
            self.add_error("text_da", _("Write a text in Danish or in English."))
        if data.get("audience") == Issue.Audience.EVENT and not data.get("event") and "event" not in self.errors:
            self.add_error("event", _("Choose the event."))
        return data

    def words(self) -> Words:
        given = {name: value for name, value in self.cleaned_data.items() if name != "audience" or value}
        return Words(**given)


def initial_of(issue: Issue) -> dict[str, Any]:
    """The form's values for an issue that is there."""
    return {
        "subject_da": issue.subject_da, "text_da": issue.text_da, "subject_en": issue.subject_en, "text_en": issue.text_en,
        "audience": issue.audience, "event": issue.event.slug if issue.event else None, "on_web": issue.on_web,
    }  # fmt: skip


class SendForm(forms.Form):
    """Now or at a time. `receivers` is the number that stood on the page."""

    when = forms.ChoiceField(
        label=gettext_lazy("When?"), choices=[("now", gettext_lazy("Now")), ("later", gettext_lazy("At a time"))],
        widget=forms.RadioSelect, initial="now",
    )  # fmt: skip
    at = forms.DateTimeField(
        label=gettext_lazy("Day and time"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    sure = forms.BooleanField(label="", error_messages={"required": gettext_lazy("Say first that it may be sent.")})

    def __init__(self, *args: Any, receivers: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["sure"].label = (
            _("Yes, send it to 1 person") if receivers == 1 else _("Yes, send it to %(n)s people") % {"n": receivers}
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("when") == "later" and not data.get("at") and "at" not in self.errors:
            self.add_error("at", _("Choose a day and a time."))
        return data

    def instant(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"] if self.cleaned_data["when"] == "later" else None
        return at
