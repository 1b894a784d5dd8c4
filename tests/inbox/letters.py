"""Mails as people, machines and broken programs write them."""

from email.message import EmailMessage
from io import BytesIO

from PIL import Image


def letter(
    text: str = "Hej, jeg kan ikke finde min billet.\n\nHilsen Bo",
    *,
    sender: str = "Bo Bang <bo@example.com>",
    subject: str = "Billet væk",
    message_id: str | None = "<1@example.com>",
    html: str = "",
    files: tuple[tuple[str, str, bytes], ...] = (),
    **headers: str,
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "hej@conbillet.example", subject
    if message_id:
        mail["Message-ID"] = message_id
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    if text:
        mail.set_content(text)
    if html and text:
        mail.add_alternative(html, subtype="html")
    elif html:
        mail.set_content(html, subtype="html")
    for name, kind, content in files:
        main, sub = kind.split("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


def picture(width: int = 40, height: int = 30, kind: str = "JPEG") -> bytes:
    made, exif = BytesIO(), Image.Exif()
    exif[0x010E] = "hemmeligt sted"  # ImageDescription
    Image.new("RGB", (width, height), "teal").save(made, kind, exif=exif)
    return made.getvalue()
