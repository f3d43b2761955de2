"""The pages about people's own accounts: signing in, the account, its second factor, single sign-on."""
