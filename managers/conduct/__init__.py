"""The pages of development and conduct: training, screening, home visits, inspections, rotation."""
