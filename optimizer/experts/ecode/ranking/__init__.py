"""Which of several versions is probably the fastest, told without running them."""
