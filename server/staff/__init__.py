"""Those who work at the firm: me and my colleagues, roles and rights."""
