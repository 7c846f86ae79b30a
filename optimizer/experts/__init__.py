"""What proposes candidates: rules, a file of candidates, learned models."""
