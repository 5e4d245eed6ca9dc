"""Makes a release visible at once in every format, checks it, and goes back to an older one."""
