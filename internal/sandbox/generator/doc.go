// Package generator makes people and organizations as a company's applications really hold them, with the truth.
package generator
