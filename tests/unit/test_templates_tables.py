"""Tables number their reasons, fit their medium, and never cut a number."""

import pytest

from oirisk.schemas.report.briefing import Figure
from oirisk.templates import plain
from oirisk.templates.tables import Cell, Column, Table, quantity, table, words


def two_by(rows: int) -> Table:
    columns = (Column("Name"), Column("Size", is_number=True), Column("Extra", in_mail=False))
    reasons = ("late", "late", "broken")
    cells = [
        (
            words(f"row {place}"),
            quantity(Figure(value=None, unit="usd", reason=reasons[place % 3])),
            words("more"),
        )
        for place in range(rows)
    ]
    return table("things", "Things", columns, cells)


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


def test_a_row_that_does_not_match_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells, the table 2 columns"):
        table("t", "T", (Column("a"), Column("b")), [(words("x"),)])


def test_plain_text_lines_up_and_keeps_to_the_width() -> None:
    columns = (Column("Asset"), Column("OI", is_number=True))
    rows = [(words("BTC"), Cell("$34.8bn")), (words("DOGE"), Cell("$1m"))]
    assert plain.text_table(table("t", "T", columns, rows)) == (
        "Asset       OI\nBTC    $34.8bn\nDOGE       $1m"
    )


def test_plain_text_shortens_words_before_it_drops_a_column_and_never_cuts_a_number() -> None:
    columns = (Column("Name"), *(Column(f"N{place}", is_number=True) for place in range(9)))
    rows = [(words("x" * 200), *(Cell("1,234,567") for _ in range(9)))]
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
