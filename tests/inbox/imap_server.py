"""A small IMAP server (RFC 3501, with UIDPLUS and keywords) on a real TLS socket, for one mailbox in memory.

It can be told to break off, to refuse the password, or to be without UIDPLUS; everything else it does as a server does.
"""

import re
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "hej", 'hemme"ligt'
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def certificate(folder: Path) -> Path:
    """Key and certificate of "localhost", in one file that clients can also trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "server.pem"
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(plain + made.public_bytes(serialization.Encoding.PEM))
    return path


@dataclass
class Message:
    uid: int
    content: bytes
    arrived_at: datetime
    flags: set[str] = field(default_factory=set)


class ImapServer:
    def __init__(self, pem: Path | None) -> None:
        self.messages: list[Message] = []
        self.uidplus, self.keywords, self.breaks_before = True, True, ""
        self.commands: list[str] = []
        house = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _Session(house, self.rfile, self.wfile).run()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads = True, True

            def get_request(self):
                socket, address = super().get_request()
                return (context.wrap_socket(socket, server_side=True) if context else socket), address

            def handle_error(self, request, client_address) -> None:
                """A client that hangs up, or does not trust us, is nothing to print."""

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if pem else None
        if context:
            context.load_cert_chain(pem)
        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def put(self, content: bytes, *, arrived_at: datetime | None = None, flags: tuple[str, ...] = ()) -> Message:
        uid = max((one.uid for one in self.messages), default=6) + 1
        self.messages.append(Message(uid, content, arrived_at or datetime.now(UTC), set(flags)))
        return self.messages[-1]


class _Session:
    def __init__(self, house: ImapServer, incoming, outgoing) -> None:
        self.house, self.incoming, self.outgoing = house, incoming, outgoing

    def say(self, text: str | bytes) -> None:
        self.outgoing.write((text if isinstance(text, bytes) else text.encode()) + b"\r\n")

    def run(self) -> None:
        self.say("* OK ready")
        while line := self.incoming.readline():
            tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
            self.house.commands.append(re.sub(r"(LOGIN).*", r"\1", rest))
            if self.house.breaks_before and self.house.breaks_before in rest:
                return  # as a server that is killed
            answer = self.do(rest)
            self.say(f"{tag} {answer}")
            if rest.upper() == "LOGOUT":
                return

    def do(self, rest: str) -> str:
        command, _, arguments = rest.partition(" ")
        command = command.upper()
        if command == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1" + (" UIDPLUS" if self.house.uidplus else ""))
        elif command == "LOGIN":
            if arguments != f'{USER} "{PASSWORD}"'.replace('e"l', 'e\\"l'):
                return "NO [AUTHENTICATIONFAILED] wrong"
        elif command == "SELECT":
            self.say(f"* {len(self.house.messages)} EXISTS")
            self.say(
                rf"* OK [PERMANENTFLAGS (\Seen \Deleted{' ' + chr(92) + '*' if self.house.keywords else ''})] these"
            )
        elif command == "EXPUNGE":
            self.expunge({one.uid for one in self.house.messages})
        elif command == "UID":
            return self.uid(*arguments.partition(" ")[::2])
        elif command == "LOGOUT":
            self.say("* BYE")
        elif command not in {"NOOP", "CLOSE"}:
            return "BAD what"
        return "OK done"

    def uid(self, command: str, arguments: str) -> str:
        if command == "SEARCH":
            found = [str(one.uid) for one in self.house.messages if self.fits(one, arguments.split())]
            self.say("* SEARCH " + " ".join(found) if found else "* SEARCH")
            return "OK done"
        numbers, _, what = arguments.partition(" ")
        wanted = {int(number) for number in numbers.split(",")}
        if command == "EXPUNGE":
            self.expunge(wanted)
            return "OK done"
        for place, one in enumerate(self.house.messages, start=1):
            if one.uid not in wanted:
                continue
            if command == "STORE":
                one.flags |= set(re.findall(r"[\\\w]+", what.partition("(")[2]))
            elif "BODY" in what:
                part = re.search(r"<(\d+)\.(\d+)>", what)
                content = one.content[: int(part[2])] if part else one.content
                self.outgoing.write(f"* {place} FETCH (UID {one.uid} BODY[] {{{len(content)}}}\r\n".encode() + content)
                self.say(")")
            else:
                at = one.arrived_at.astimezone(UTC)
                day = f"{at.day:02d}-{MONTHS[at.month - 1]}-{at.year} {at:%H:%M:%S} +0000"
                self.say(f'* {place} FETCH (UID {one.uid} RFC822.SIZE {len(one.content)} INTERNALDATE "{day}")')
        return "OK done"

    def fits(self, one: Message, words: list[str]) -> bool:
        while words:
            word = words.pop(0)
            if word == "UNSEEN" and "\\Seen" in one.flags or word == "UNDELETED" and "\\Deleted" in one.flags:
                return False
            if word == "KEYWORD" and words.pop(0) not in one.flags:
                return False
            if word == "BEFORE":
                day, month, year = words.pop(0).split("-")
                if one.arrived_at.date() >= datetime(int(year), MONTHS.index(month) + 1, int(day)).date():
                    return False
        return True

    def expunge(self, uids: set[int]) -> None:
        self.house.messages[:] = [
            one for one in self.house.messages if not (one.uid in uids and "\\Deleted" in one.flags)
        ]
