"""An ``oirisk.toml`` to start from."""

from typing import Any

from pydantic import BaseModel, SecretStr

from oirisk.flows.settings.model import Settings


def commented_toml() -> str:
    """Return an ``oirisk.toml`` with every option present, commented out, at its default."""
    lines = [
        "# oirisk configuration. Every option is shown at its default; uncomment to change it.",
        "# Any option can also be set in the environment: OIRISK_FETCH__ATTEMPTS=5",
        "",
    ]
    sections: list[tuple[str, type[BaseModel]]] = []
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, BaseModel):
            sections.append((name, type(field.default)))
        else:
            lines += [f"# {field.description}", f"# {name} = {_toml(field.default)}", ""]
    for name, model in sections:
        lines += [f"[{name}]"]
        for key, field in model.model_fields.items():
            lines += [f"# {field.description}", f"# {key} = {_toml(field.default)}"]
        lines.append("")
    return "\n".join(lines)


def _toml(value: Any) -> str:  # noqa: ANN401 -- any option's default
    if isinstance(value, SecretStr) or value is None:
        return '""'
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{_toml(str(key))} = {_toml(item)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    return f'"{value}"'
