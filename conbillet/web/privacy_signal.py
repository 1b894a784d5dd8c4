"""What the visitor's browser says for its owner."""

from django.http import HttpRequest


def refuses_by_signal(request: HttpRequest) -> bool:
    """Whether the browser sends Global Privacy Control (https://www.w3.org/TR/gpc/)."""
    return request.headers.get("Sec-GPC") == "1"
