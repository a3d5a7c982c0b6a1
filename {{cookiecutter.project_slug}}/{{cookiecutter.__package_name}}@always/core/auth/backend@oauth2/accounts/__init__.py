"""People: who they are, how they sign in, and the pages that they see."""
