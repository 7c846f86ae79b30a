"""How good proposals are: by running them through the referee, and by likeness to what people wrote.

Nothing in here imports torch: outcomes and texts are judged, wherever they come from.
"""
