"""What happens under the working standard, one module a subject, one function a step."""
