"""The portal's own forms: signing in and the own password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UsernameField


class SignInForm(AuthenticationForm):
    """User name and password; a wrong pair is told without saying which of the two was wrong."""

    username = UsernameField(label="用户名", max_length=50, widget=forms.TextInput(attrs={"autofocus": True}))
    error_messages = {
        "invalid_login": "用户名或密码不正确。请检查大小写；忘记密码请找系统管理员重置。",
        "inactive": "这个账号已停用，请联系系统管理员。",
    }


class PasswordForm(PasswordChangeForm):
    """The old password once, the new one twice; saving lifts the duty to change it."""

    def save(self, commit: bool = True) -> Any:
        self.user.must_change_password = False
        return super().save(commit)
