"""Rules: each one rewrites a named anti-pattern. They propose; the referee decides."""
