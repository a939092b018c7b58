"""Tables number their reasons, fit their medium, and never cut a number."""

from oirisk.schemas.report.briefing import Figure
from oirisk.templates import plain
from oirisk.templates.tables import Column, Table, number, table, word


def two_by(rows: int) -> Table:
    reasons = ("late", "late", "broken")
    columns: tuple[Column[int], ...] = (
        word("Name", lambda place: f"row {place}"),
        number("Size", lambda place: Figure(value=None, unit="usd", reason=reasons[place % 3])),
        word("Extra", lambda _: "more", without="mail"),
    )
    return table("things", "Things", columns, range(rows))


def test_equal_reasons_share_one_note_in_reading_order() -> None:
    made = two_by(4)
    assert [(note.mark, note.text) for note in made.notes] == [("1", "late"), ("2", "broken")]
    assert [made.printed(row[1]) for row in made.rows] == [
        "\u2014 [1]",
        "\u2014 [1]",
        "\u2014 [2]",
        "\u2014 [1]",
    ]


def test_a_shorter_medium_counts_the_rows_it_leaves_out_and_drops_their_notes() -> None:
    made = two_by(5).fit("mail", 2)
    assert [column.label for column in made.columns] == ["Name", "Size"]
    assert (len(made.rows), made.omitted) == (2, 3)
    assert [note.text for note in made.notes] == ["late"]


def test_plain_text_lines_up_and_keeps_to_the_width() -> None:
    columns: tuple[Column[tuple[str, str]], ...] = (
        word("Asset", lambda row: row[0]),
        number("OI", lambda row: row[1]),
    )
    rows = [("BTC", "$34.8bn"), ("DOGE", "$1m")]
    assert plain.text_table(table("t", "T", columns, rows)) == (
        "Asset       OI\nBTC    $34.8bn\nDOGE       $1m"
    )


def test_plain_text_shortens_words_before_it_drops_a_column_and_never_cuts_a_number() -> None:
    columns: tuple[Column[int], ...] = (
        word("Name", lambda _: "x" * 200),
        *(number(f"N{place}", lambda value: value) for place in range(9)),
    )
    rows = [1_234_567]
    text = plain.text_table(table("t", "T", columns, rows))
    assert max(len(line) for line in text.splitlines()) <= 78
    numbers = text.splitlines()[1].split()[1:]
    assert numbers == ["1,234,567"] * 7
    assert text.splitlines()[1].startswith("xxxxxxx\u2026")


def test_wrapped_text_hangs_under_its_bullet() -> None:
    text = plain.wrap("word " * 40, "- ")
    assert text.startswith("- word")
    assert all(line.startswith("  word") for line in text.splitlines()[1:])
    assert max(len(line) for line in text.splitlines()) <= 78
