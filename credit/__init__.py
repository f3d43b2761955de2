"""The loan side: loan classes and loan quality."""
