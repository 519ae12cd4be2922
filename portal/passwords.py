"""What a new password must be, in our own words: Django's zh-hans lacks some of them and says 你."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import password_validation as validation
from django.core.exceptions import ValidationError

HINT = "至少10位；不能全是数字，不能是常见密码，不能含用户名或姓名。"
SHORTEST_NAME = 2  # a single letter is in half of all passwords


class MinimumLength(validation.MinimumLengthValidator):
    """Long enough."""

    def get_error_message(self) -> str:
        return f"密码太短，至少要{self.min_length}位。"

    def get_help_text(self) -> str:
        return f"至少{self.min_length}位"


class NotCommon(validation.CommonPasswordValidator):
    """None of the 20 000 that are tried first."""

    def get_error_message(self) -> str:
        return "这是常见密码，容易被猜到，请换一个。"

    def get_help_text(self) -> str:
        return "不能是常见密码"


class NotNumeric(validation.NumericPasswordValidator):
    """Not digits alone."""

    def get_error_message(self) -> str:
        return "密码不能全是数字，请加上字母。"

    def get_help_text(self) -> str:
        return "不能全是数字"


class NotLikeAccount(validation.UserAttributeSimilarityValidator):
    """Neither like the user name or the person's name, nor with one of them in it."""

    NAMES = {"username": "用户名", "display_name": "姓名"}

    def validate(self, password: str, user: Any = None) -> None:
        for attribute in self.user_attributes:
            name = self.NAMES.get(attribute, "账号")
            value = str(getattr(user, attribute, "") or "")
            if len(value) >= SHORTEST_NAME and value.lower() in password.lower():
                raise ValidationError(f"密码不能含您的{name}，请换一个。", code="password_too_similar")
            self._refuse_alike(password, user, attribute, name)

    def _refuse_alike(self, password: str, user: Any, attribute: str, name: str) -> None:
        alone = validation.UserAttributeSimilarityValidator((attribute,), self.max_similarity)
        try:
            alone.validate(password, user)
        except ValidationError:
            raise ValidationError(f"密码与您的{name}太像，请换一个。", code="password_too_similar") from None

    def get_help_text(self) -> str:
        return "不能含用户名或姓名"
