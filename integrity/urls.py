"""The addresses of the integrity risk register."""

from django.urls import path

from integrity import views

app_name = "integrity"
urlpatterns = [
    path("risks/", views.register, name="register"),
    path("risks/<int:pk>/", views.detail, name="detail"),
    path("risks/<int:pk>/confirm/", views.confirm, name="confirm"),
]
