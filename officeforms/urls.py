"""Addresses of official forms, of the burden meter and of what is collected besides."""

from django.urls import path

from officeforms.views import binding, burden, collecting, forms

app_name = "officeforms"
urlpatterns = [
    path("forms/", forms.listing, name="list"),
    path("forms/new/", forms.new, name="new"),
    path("forms/check/", forms.check, name="check"),
    path("forms/checker/", forms.checker, name="checker"),
    path("forms/<int:form_id>/", forms.detail, name="form"),
    path("forms/<int:form_id>/versions/", forms.version_new, name="version_new"),
    path("forms/<int:form_id>/retire/", forms.retire, name="retire"),
    path("forms/versions/<int:version_id>/", binding.show, name="version"),
    path("forms/versions/<int:version_id>/bind/", binding.bind, name="bind"),
    path("forms/versions/<int:version_id>/blocks/", binding.block_new, name="block_new"),
    path("forms/versions/<int:version_id>/blocks/<int:block_id>/remove/", binding.block_remove, name="block_remove"),
    path("forms/versions/<int:version_id>/suggest/", binding.suggest, name="suggest"),
    path("forms/versions/<int:version_id>/template/", forms.template, name="template"),
    path("forms/versions/<int:version_id>/preview/", binding.preview, name="preview"),
    path("forms/versions/<int:version_id>/export/", binding.export, name="export"),
    path("burden/", burden.show, name="burden"),
    path("burden/export/", burden.export, name="burden_export"),
    path("collections/", collecting.index, name="collecting"),
    path("collections/kinds/<int:kind_id>/end/", collecting.kind_end, name="kind_end"),
    path("collections/<int:collection_id>/", collecting.detail, name="collection"),
    path("collections/<int:collection_id>/fields/", collecting.field_new, name="field_new"),
    path("collections/<int:collection_id>/fields/<int:field_id>/remove/", collecting.field_remove, name="field_remove"),
    path("collections/<int:collection_id>/send/", collecting.send, name="collection_send"),
    path("collections/<int:collection_id>/end/", collecting.end, name="collection_end"),
    path("collections/<int:collection_id>/answer/", collecting.answer, name="answer"),
    path("collections/<int:collection_id>/export/", collecting.export, name="collection_export"),
]
