"""The portal's own forms: signing in and the own password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UsernameField

from portal.passwords import HINT


class SignInForm(AuthenticationForm):
    """User name and password; a wrong pair is told without saying which of the two was wrong."""

    username = UsernameField(label="用户名", max_length=50, widget=forms.TextInput(attrs={"autofocus": True}))
    error_messages = {
        "invalid_login": "用户名或密码不正确。请检查大小写；忘记密码请找系统管理员重置。",
        "inactive": "这个账号已停用，请联系系统管理员。",
    }


class PasswordForm(PasswordChangeForm):
    """The old password once, the new one twice; saving lifts the duty to change it."""

    error_messages = {
        "password_incorrect": "原密码不对，请重新输入。",
        "password_mismatch": "两次输入的新密码不一样，请重新输入。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (
            ("old_password", "原密码"),
            ("new_password1", "新密码"),
            ("new_password2", "再输一次新密码"),
        ):
            self.fields[name].label, self.fields[name].help_text = label, ""
        self.fields["new_password1"].help_text = HINT

    def validate_password_for_user(self, user: Any, password_field_name: str = "new_password2") -> None:
        """A weak password is told where it was typed first, beside the hint."""
        super().validate_password_for_user(user, "new_password1")

    def save(self, commit: bool = True) -> Any:
        self.user.must_change_password = False
        return super().save(commit)
