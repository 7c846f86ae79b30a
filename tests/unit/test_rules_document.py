"""docs/rules.md says what the rules say."""

from pathlib import Path

from optimizer.experts.rules import document

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


def test_the_page_of_rules_is_up_to_date() -> None:
    """When it is not: python -m optimizer.experts.rules.document"""
    assert PAGE.read_text(encoding="utf-8") == document.page()


def test_the_page_is_written_where_asked(tmp_path: Path) -> None:
    target = tmp_path / "below" / "rules.md"
    document.main([str(target)])
    assert target.read_text(encoding="utf-8") == document.page()
