"""SQL on the command line, as it was pasted: it may begin with a comment."""

from typing import Any

from typer.core import TyperCommand


class StatementCommand(TyperCommand):
    """A command whose argument may begin with ``--``, as an SQL comment does."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 -- typer's own
        """Keep comments from being read as options."""
        names = {name for param in self.params for name in param.opts}
        return super().parse_args(ctx, [_led(arg) if _is_sql(arg, names) else arg for arg in args])


def _is_sql(arg: str, names: set[str]) -> bool:
    """Tell a comment from an option: options are single words, or known ones with a value."""
    is_word = len(arg.split(maxsplit=1)) == 1
    return arg.startswith("--") and not is_word and arg.split("=", 1)[0] not in names


def _led(comment: str) -> str:
    """Put a line break before a comment, so that it does not look like an option."""
    return f"\n{comment}"
