"""The Terraform language: module directories, values, functions, expressions, modules. It knows nothing of rules.

Import from the submodules: nothing is loaded here, so that a scan loads only what it needs.
"""
