"""Who is told what went wrong, and that they are: incidents, messages, channels, the outbox."""
