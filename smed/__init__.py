"""The floor: settings, plan, errors, ledger, files. It imports no other room."""
