"""Imports go down the stairs only (the contracts in pyproject.toml); a planted step upwards is caught."""

import subprocess
import sys
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
CONTRACTS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]


def lint(folder: Path, config: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    command = [sys.executable, str(program), "--config", str(config), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def test_the_house_keeps_its_floors() -> None:
    done = lint(CHECKOUT, CHECKOUT / "pyproject.toml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_stands_on_a_floor() -> None:
    floors = next(contract for contract in CONTRACTS["contracts"] if contract["type"] == "layers")
    assert floors["exhaustive"] is True
    named = {name.strip() for layer in floors["layers"] for name in layer.split("|")}
    rooms = {path.parent.name for path in (CHECKOUT / "conbillet").glob("*/__init__.py")}
    assert rooms <= named


def a_house(folder: Path) -> Path:
    """Empty rooms on the real floors."""
    package = folder / "conbillet"
    floors = next(contract for contract in CONTRACTS["contracts"] if contract["type"] == "layers")
    for layer in floors["layers"]:
        for name in layer.split("|"):
            room = package / name.strip()
            room.mkdir(parents=True)
            (room / "__init__.py").touch()
    (package / "__init__.py").touch()
    config = folder / "pyproject.toml"
    layers = "\n".join(f'    "{layer}",' for layer in floors["layers"])
    config.write_text(
        '[tool.importlinter]\nroot_package = "conbillet"\n[[tool.importlinter.contracts]]\nname = "floors"\n'
        f'type = "layers"\ncontainers = ["conbillet"]\nexhaustive = true\nlayers = [\n{layers}\n]\n'
    )
    return config


def test_empty_rooms_pass(tmp_path: Path) -> None:
    done = lint(tmp_path, a_house(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_step_upwards_is_caught(tmp_path: Path) -> None:
    config = a_house(tmp_path)
    (tmp_path / "conbillet" / "core" / "__init__.py").write_text("import conbillet.sales")
    done = lint(tmp_path, config)
    assert done.returncode == 1
    assert "conbillet.core is not allowed to import conbillet.sales" in done.stdout


def test_siblings_are_kept_apart(tmp_path: Path) -> None:
    config = a_house(tmp_path)
    (tmp_path / "conbillet" / "payments" / "__init__.py").write_text("from conbillet import catalogue")
    assert lint(tmp_path, config).returncode == 1


def test_a_room_without_a_floor_is_caught(tmp_path: Path) -> None:
    config = a_house(tmp_path)
    (tmp_path / "conbillet" / "attic").mkdir()
    (tmp_path / "conbillet" / "attic" / "__init__.py").touch()
    assert lint(tmp_path, config).returncode == 1
