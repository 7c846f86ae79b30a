"""BLEU over code tokens, in 0..1. Papineni et al. 2002, as sacrebleu computes it (n-grams up to four)."""

from collections.abc import Sequence

from sacrebleu.metrics.bleu import BLEU

from optimizer.experts.ecode.evaluation.tokens import tokens


def sentence_bleu(candidate: str, reference: str, language: str) -> float:
    """Of one text. N-gram orders without a match are smoothed (Chen and Cherry 2014, method 3), orders longer
    than the candidate are left out: else every short text had 0."""
    bleu = BLEU(tokenize="none", force=True, effective_order=True)
    return _share(bleu.sentence_score(_line(candidate, language), [_line(reference, language)]).score)


def corpus_bleu(pairs: Sequence[tuple[str, str]], language: str) -> float:
    """Of (candidate, reference) pairs, counts added up over all of them, without smoothing. Raises ValueError
    where there are none."""
    if not pairs:
        raise ValueError("no pairs to compare")
    bleu = BLEU(tokenize="none", force=True, smooth_method="none")
    candidates = [_line(candidate, language) for candidate, _ in pairs]
    references = [_line(reference, language) for _, reference in pairs]
    return _share(bleu.corpus_score(candidates, [references]).score)


def _line(code: str, language: str) -> str:
    """As sacrebleu reads them: one blank between tokens."""
    return " ".join(token.text for token in tokens(code, language))


def _share(score: float) -> float:
    return min(1.0, score / 100)
