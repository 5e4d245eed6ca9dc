"""What went wrong in a run, gathered from where it is kept, and told to who must know."""
