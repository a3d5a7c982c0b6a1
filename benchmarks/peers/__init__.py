"""The same API in other frameworks, each as its own documentation teaches, with equal features."""
