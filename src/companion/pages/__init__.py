"""The pages. They turn input into values, ask `app`, and show what comes back. They decide nothing."""
