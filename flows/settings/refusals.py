"""What is wrong with an option, where it stands and what was probably meant; never a secret."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from oirisk.schemas.errors import ConfigurationError
from oirisk.schemas.text import seen
from oirisk.transforms.toml_places import Part, place_of

PREFIX, BETWEEN = "OIRISK_", "__"
OTHER_VARIABLES = frozenset(
    {"OIRISK_HOME", "OIRISK_NOTEBOOK_ASSET", "OIRISK_SANDBOX", "OIRISK_SCHEDULER_PID"}
)
"""Variables that are no options: where things are, and what the scheduler tells its processes."""

_ALL = "`oirisk init` in a new folder writes down all there are"
_HIDDEN = ("://", "@")
"""What stands in addresses, which may hold a password."""

Model = type[BaseModel]


def refusal(error: ValidationError, model: Model, path: Path, environ: Mapping[str, str]) -> str:
    """Say in one line what is wrong with settings.

    A value is shown only where the option is known, holds no secret and is no address.

    Args:
        error: What the library found.
        model: The settings.
        path: The file they are read from.
        environ: The variables that go before it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        text = ""
    said = [
        f"{_where(detail['loc'], path, text, environ)}: "
        f"{'.'.join(str(part) for part in detail['loc'])}: {_wanted(detail, model)}"
        f"{_shown(detail, model)}"
        for detail in error.errors()
    ]
    return "; ".join(said)


def require_known_variables(model: Model, environ: Mapping[str, str]) -> None:
    """Refuse variables that mean no option, such as one misspelt; their values are not shown.

    Raises:
        ConfigurationError: There is one.
    """
    known = {PREFIX + BETWEEN.join(path).upper(): field for path, field in _options(model)}
    unknown = [name for name in sorted(environ) if not _is_known(name.upper(), known)]
    if unknown:
        names = [*known, *OTHER_VARIABLES]
        said = (
            f"{name}{_meant(get_close_matches(name.upper(), names, n=1, cutoff=0.8))}"
            for name in unknown
        )
        raise ConfigurationError(
            f"the environment: there is no such option: {'; '.join(said)}; unset it, or correct "
            f"its name: {_ALL}"
        )


def _is_known(name: str, known: Mapping[str, FieldInfo]) -> bool:
    """Return whether a variable is none of ours, an option, or an entry of one that has entries."""
    if not name.startswith(PREFIX) or name in known or name in OTHER_VARIABLES:
        return True
    return any(
        get_origin(field.annotation) is dict and name.startswith(option + BETWEEN)
        for option, field in known.items()
    )


def _options(model: Model, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Return every section and option with its field."""
    for name, field in model.model_fields.items():
        yield (*above, name), field
        inner = _models(field.annotation)
        if inner and get_origin(field.annotation) is not tuple:
            yield from _options(inner[0], (*above, name))


def _models(annotation: Any) -> list[Model]:  # noqa: ANN401 -- any annotation
    """Return the models that an annotation holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    is_open = get_origin(annotation) in {tuple, list, Union, UnionType}
    return [one for part in get_args(annotation) for one in _models(part)] if is_open else []


def _field(model: Model, path: Sequence[Part]) -> FieldInfo | None:
    """Return the option that a path leads to or into; None where there is none of that name."""
    found: FieldInfo | None = None
    inner = [model]
    for part in path:
        if isinstance(part, int) or not inner:
            continue
        found = next((one.model_fields[part] for one in inner if part in one.model_fields), None)
        if found is None:
            return None
        inner = _models(found.annotation)
    return found


def _where(path: Sequence[Part], file: Path, text: str, environ: Mapping[str, str]) -> str:
    names = [str(part).upper() for part in path]
    held = {name.upper(): name for name in environ}
    for end in range(len(names), 0, -1):
        variable = PREFIX + BETWEEN.join(names[:end])
        if variable in held:
            return f"{held[variable]} in the environment"
    place = place_of(text, path)
    return f"{file}" if place is None else f"{file}, line {place[0]}, column {place[1]}"


def _wanted(detail: Any, model: Model) -> str:  # noqa: ANN401 -- one entry of pydantic's list
    if detail["type"] != "extra_forbidden":
        return str(detail["msg"]).removeprefix("Value error, ")
    *above, name = detail["loc"]
    section = _field(model, above)
    inner = _models(section.annotation) if section else [model]
    options = [option for one in inner for option in one.model_fields]
    near = get_close_matches(str(name), options, n=1, cutoff=0.7)
    beside = [".".join(map(str, (*above, option))) for option in near]
    elsewhere = [".".join(path) for path, _ in _options(model) if path[-1] == name]
    meant = _meant(beside or elsewhere)
    return f"there is no such option{meant}; {_ALL}"


def _meant(found: Sequence[str]) -> str:
    return f" (did you mean {found[0]}?)" if found else ""


def _shown(detail: Any, model: Model) -> str:  # noqa: ANN401 -- one entry of pydantic's list
    """Show a refused value, unless it is or may hold a secret."""
    value, field = detail["input"], _field(model, detail["loc"])
    if field is None or not isinstance(value, str | int | float):
        return ""
    if get_origin(field.annotation) is dict or SecretStr in _leaves(field.annotation):
        return ""
    shown = seen(value)
    return "" if any(mark in shown for mark in _HIDDEN) else f" (seen: {shown})"


def _leaves(annotation: Any) -> list[Any]:  # noqa: ANN401 -- any annotation
    parts = get_args(annotation)
    return [leaf for part in parts for leaf in _leaves(part)] if parts else [annotation]
