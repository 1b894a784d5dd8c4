"""What the house's own code never does: read from the code itself. Each rule has a planted case that it must catch."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "conbillet"
Rule = Callable[[ast.AST], str]


def sources(*suffixes: str) -> Iterator[tuple[str, str]]:
    for suffix in suffixes:
        for path in sorted(PACKAGE.rglob(f"*{suffix}")):
            if not {"tests", "vendor"} & set(path.parts):
                yield path.relative_to(PACKAGE).as_posix(), path.read_text()


def name_of(node: ast.AST) -> str:
    return ast.unparse(node)


def starts_a_shell(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    name = name_of(node.func)
    if name in {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}:
        return "starts a shell"
    return (
        "starts a shell"
        if any(word.arg == "shell" and name_of(word.value) != "False" for word in node.keywords)
        else ""
    )


def evaluates(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and name_of(node.func) in {
        "eval",
        "exec",
        "compile",
        "pickle.loads",
        "pickle.load",
        "marshal.loads",
        "yaml.load",
    }:
        return "runs what it is given"
    return ""


def makes_templates(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and name_of(node.func).rsplit(".", 1)[-1] in {"Template", "from_string"}:
        return "makes a template from a text"
    return ""


def reads_xml(node: ast.AST) -> str:
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom):
        modules = [node.module or ""]
    return (
        "reads XML"
        if any(
            module.split(".")[0] in {"xml", "lxml", "defusedxml", "xmltodict"} and "saxutils" not in module
            for module in modules
        )
        else ""
    )


def weak_randomness(node: ast.AST) -> str:
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom):
        modules = [node.module or ""]
    return "uses guessable random numbers" if "random" in modules else ""


def weak_cryptography(node: ast.AST) -> str:
    text = name_of(node) if isinstance(node, ast.Attribute | ast.Name) else ""
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cryptography"):
        text = " ".join(alias.name for alias in node.names)
    words = set(re.split(r"\W+", text))
    bad = words & {
        "ECB",
        "CBC",
        "CTR",
        "CFB",
        "OFB",
        "ARC4",
        "TripleDES",
        "Blowfish",
        "Fernet",
        "md5",
        "sha1",
        "MD5",
        "SHA1",
        "RSA",
        "DSA",
    }
    return f"uses {', '.join(sorted(bad))}" if bad else ""


def trusts_anybody(node: ast.AST) -> str:
    if isinstance(node, ast.keyword) and node.arg in {"verify", "check_hostname"} and name_of(node.value) == "False":
        return "does not check certificates"
    if isinstance(node, ast.Attribute) and node.attr in {"CERT_NONE", "_create_unverified_context"}:
        return "does not check certificates"
    return ""


def follows_redirects(node: ast.AST) -> str:
    if (
        isinstance(node, ast.keyword)
        and node.arg in {"allow_redirects", "follow_redirects"}
        and name_of(node.value) != "False"
    ):
        return "follows redirects of others"
    return ""


def patterns_from_input(node: ast.AST) -> str:
    """A regular expression that is no constant, no name in capitals and not escaped."""
    if not isinstance(node, ast.Call) or not re.fullmatch(
        r"re\.(compile|match|search|fullmatch|sub|split|findall|finditer)", name_of(node.func)
    ):
        return ""
    first = node.args[0] if node.args else None
    constant = isinstance(first, ast.Constant) or (isinstance(first, ast.Name) and first.id.isupper())
    made = isinstance(first, ast.JoinedStr | ast.BinOp | ast.Call) and "re.escape" in name_of(first)
    known = isinstance(first, ast.JoinedStr | ast.BinOp | ast.Call) and not re.search(
        r"\b(request|data|text|value|query)\b", name_of(first)
    )
    return "" if constant or made or known else "makes a pattern from what it is given"


# Rule → what it must catch, and what it lets pass: code that runs for the operator only, tables of constant patterns, the
# demo's people, authenticator codes (RFC 6238 wants SHA-1), the search for hashes that others may have made, ids made from row numbers,
# the list of the operator's own dumps that the bucket answers with (pyexpat knows no external entities, and limits inner ones).
RULES: dict[str, tuple[Rule, str, tuple[str, ...]]] = {
    "1.2.5": (starts_a_shell, "subprocess.run(command, shell=True)", ()),
    "1.3.2": (evaluates, "eval(text)", ()),
    "1.3.7": (makes_templates, "engine.from_string(text)", ()),
    "1.5.1": (reads_xml, "from xml.etree import ElementTree", ("backups/bucket.py",)),
    "1.2.9": (patterns_from_input, "re.search(request.GET['q'], name)", ("cli/", "support/guess.py", "web/me/devices.py")),
    "6.5.3": (weak_randomness, "import random", ("demo/",)),
    "11.3.1": (weak_cryptography, "modes.ECB()", ("cli/commands/demo_code.py", "privacy/residue/", "privacy/disclosure.py")),
    "12.3.2": (trusts_anybody, "get(url, verify=False)", ()),
    "15.3.2": (follows_redirects, "get(url, follow_redirects=True)", ("cli/",)),
}  # fmt: skip


def found(rule: Rule, tree: ast.AST) -> list[str]:
    return [complaint for node in ast.walk(tree) if (complaint := rule(node))]


@pytest.mark.asvs("1.2.5", "1.3.7", "1.5.1", "1.2.9", "6.5.3", "11.3.1", "11.3.2", "11.4.1", "12.3.2", "15.3.2")
@pytest.mark.parametrize("number", list(RULES))
def test_the_code_never_does_it(number):
    rule, _, left_out = RULES[number]
    wrong = [
        f"{place}: {complaint}"
        for place, text in sources(".py")
        if not place.startswith(left_out)
        for complaint in found(rule, ast.parse(text))
    ]
    assert wrong == []


@pytest.mark.parametrize("number", list(RULES))
def test_planted_it_would_be_found(number):
    rule, bad, _ = RULES[number]
    assert found(rule, ast.parse(bad))


OLD = re.compile(
    r"<(object|embed|applet|marquee|frame|frameset|iframe)\b|javascript:|\son(click|load|error|submit|change|input|key\w+|mouse\w+|focus|blur)=|<style\b|\sstyle=",
    re.IGNORECASE,
)


# The page in a package with somebody's data, and letters: files of their own, read without the house.
ALONE = ("privacy/templates/privacy/package.html", "mail/templates/")
# The one page with frames: in them a mail is shown as it will be sent, sandboxed, with a policy of its own.
FRAMES = "web/templates/newsletters/issue.html: <iframe"


@pytest.mark.asvs("3.7.1")
def test_templates_have_no_outdated_technique_and_no_inline_code():
    wrong = [
        f"{place}: {match[0]}"
        for place, text in sources(".html")
        for match in OLD.finditer(re.sub(r"{%\s*comment.*?endcomment\s*%}", "", text, flags=re.DOTALL))
    ]
    assert [one for one in wrong if not one.startswith(ALONE) and one != FRAMES] == []


@pytest.mark.parametrize(
    "bad", ["<object data=x>", '<a href="javascript:x">', '<b onclick="x">', "<style>", '<p style="x">']
)
def test_planted_inline_code_would_be_found(bad):
    assert OLD.search(bad)


MERGE = re.compile(
    r"__proto__|\.constructor\b|setPrototypeOf|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage|document\.cookie"
)


@pytest.mark.asvs("15.3.6", "3.2.2")
def test_scripts_build_no_markup_and_touch_no_prototype():
    assert [f"{place}: {match[0]}" for place, text in sources(".js") for match in MERGE.finditer(text)] == []


@pytest.mark.parametrize("bad", ["node.innerHTML = name", "target.__proto__ = x", "document.cookie = 'a=1'"])
def test_planted_markup_made_by_a_script_would_be_found(bad):
    assert MERGE.search(bad)


STORES = re.compile(r"\b(localStorage|sessionStorage|indexedDB|caches)\b")


@pytest.mark.asvs("14.3.1", "14.3.3")
def test_scripts_keep_nothing_in_the_browser():
    assert [f"{place}: {match[0]}" for place, text in sources(".js") for match in STORES.finditer(text)] == []
