"""Text: letters beyond ASCII, separators, and look-alike methods."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

STRINGS = (
    Trap(
        name="folding case is more than lowering it",
        original=code("""
            def folded(words: list[str]) -> list[str]:
                return [word.casefold() for word in words]
        """),
        candidate=code("""
            def folded(words: list[str]) -> list[str]:
                return [word.lower() for word in words]
        """),
        calls=("folded(['Ab', 'C'])", "folded([])"),
        witness="folded(['Straße', 'µ'])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a prefix is taken off as a whole",
        original=code("""
            def without_prefix(text: str) -> str:
                while text.startswith("--"):
                    text = text[2:]
                return text
        """),
        candidate=code("""
            def without_prefix(text: str) -> str:
                return text.lstrip("--")
        """),
        calls=("without_prefix('--verbose')", "without_prefix('x')", "without_prefix('')"),
        witness="without_prefix('-v')",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="each space separates",
        original=code("""
            def word_lengths(text: str) -> list[int]:
                return [len(word) for word in text.split(" ")]
        """),
        candidate=code("""
            def word_lengths(text: str) -> list[int]:
                return list(map(len, text.split()))
        """),
        calls=("word_lengths('two words')", "word_lengths('one')"),
        witness="word_lengths(' a  b')",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="only ten characters are digits",
        original=code("""
            def numeric(texts: list[str]) -> list[bool]:
                return [all(letter in "0123456789" for letter in text) for text in texts]
        """),
        candidate=code("""
            def numeric(texts: list[str]) -> list[bool]:
                return [text.isdigit() for text in texts]
        """),
        calls=("numeric(['12', 'a1', '7'])", "numeric([])"),
        witness="numeric(['', '²'])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="only the first letter of a word is large",
        original=code("""
            def headline(text: str) -> str:
                return " ".join([word.capitalize() for word in text.split(" ")])
        """),
        candidate=code("""
            def headline(text: str) -> str:
                return text.title()
        """),
        calls=("headline('the long way')", "headline('')"),
        witness='headline("don\'t")',
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a replacement sees the one before it",
        original=code("""
            def shifted(text: str) -> str:
                return text.replace("0", "1").replace("1", "2").replace("a", "b")
        """),
        candidate=code("""
            def shifted(text: str) -> str:
                return text.translate({48: "1", 49: "2", 97: "b"})
        """),
        calls=("shifted('1a1')", "shifted('')"),
        witness="shifted('0')",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a letter may be written in more than one way",
        imports=("import unicodedata",),
        original=code("""
            def canonical(text: str) -> str:
                return unicodedata.normalize("NFKC", text)
        """),
        candidate=code("""
            def canonical(text: str) -> str:
                return text if text.isalnum() else unicodedata.normalize("NFKC", text)
        """),
        calls=("canonical('plain')", "canonical('two words')", "canonical('')"),
        witness="canonical('m²')",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="occurrences may overlap",
        original=code("""
            def occurrences(text: str, word: str) -> int:
                return sum(1 for start in range(len(text)) if text.startswith(word, start))
        """),
        candidate=code("""
            def occurrences(text: str, word: str) -> int:
                return text.count(word)
        """),
        calls=("occurrences('abcab', 'ab')", "occurrences('', 'a')"),
        witness="occurrences('aaa', 'aa'), occurrences('a', '')",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="spaces at the ends stay",
        original=code("""
            def single_spaced(text: str) -> str:
                while "  " in text:
                    text = text.replace("  ", " ")
                return text
        """),
        candidate=code("""
            def single_spaced(text: str) -> str:
                return " ".join(text.split())
        """),
        calls=("single_spaced('a   b  c')", "single_spaced('')"),
        witness="single_spaced(' a\\tb ')",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="only a newline ends a line",
        original=code("""
            def line_count(text: str) -> int:
                return len([line for line in text.split("\\n")])
        """),
        candidate=code("""
            def line_count(text: str) -> int:
                return len(text.splitlines())
        """),
        calls=("line_count('a\\nb')", "line_count('a')"),
        witness="line_count('')",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="a member of a list is not a part of a text",
        original=code("""
            def vowels_only(words: list[str]) -> list[str]:
                return [word for word in words if word in ["a", "e", "i", "o", "u"]]
        """),
        candidate=code("""
            def vowels_only(words: list[str]) -> list[str]:
                return [word for word in words if word in "aeiou"]
        """),
        calls=("vowels_only(['a', 'b', 'e'])", "vowels_only([])"),
        witness="vowels_only(['', 'ei'])",
        reasons=because(Reason.DIFFERENT_RESULT),
    ),
    Trap(
        name="half a pair of surrogates can still be counted",
        original=code("""
            def byte_sizes(texts: list[str]) -> list[int]:
                sizes = []
                for text in texts:
                    sizes.append(sum([1 + (c > "\\x7f") + (c > "\\u07ff") + (c > "\\uffff") for c in text]))
                return sizes
        """),
        candidate=code("""
            def byte_sizes(texts: list[str]) -> list[int]:
                return [len(text.encode()) for text in texts]
        """),
        calls=("byte_sizes(['abc', 'é', '€', '😀'])", "byte_sizes([])"),
        witness="byte_sizes(['\\ud83d'])",
        reasons=because(Reason.DIFFERENT_EXCEPTION),
    ),
)
