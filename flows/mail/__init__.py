"""The briefing as mail: messages, delivery over SMTP, and what was delivered to whom."""
