"""E-code: expert encoders, one for each field of what is known of a function, and a decoder that rewrites it.

Source of the architecture: arXiv 2408.12948. Nothing but this folder imports torch, and only when it is used.
"""
