//! Django, its REST framework and Ninja. Invariant: a view's `request` is an object of which these attributes are
//! untrusted; its user and its session are not.

use securecode_sdk::{
    Source,
    SourceForm::{Attribute, Call, DecoratedParameters},
    SourceKind::Web,
    spec,
};

use super::{BODY, COOKIES, FILES, FORM, HEADERS, METHODS, PARAMETERS, QUERY, REQUEST, URL, handlers, of};

const REQUESTS: [&str; 5] = [
    "django.http.HttpRequest",
    "django.http.request.HttpRequest",
    "django.core.handlers.wsgi.WSGIRequest",
    "rest_framework.request.Request",
    "ninja.request.Request",
];

const ATTRIBUTES: [(&str, &str); 12] = [
    ("GET", QUERY),
    ("POST", FORM),
    ("COOKIES", COOKIES),
    ("META", HEADERS),
    ("headers", HEADERS),
    ("body", BODY),
    ("FILES", FILES),
    ("path", URL),
    ("path_info", URL),
    ("data", BODY),
    ("query_params", QUERY),
    ("content_params", HEADERS),
];

/// Class-based views whose methods get the request and the parts of the URL.
pub(crate) const VIEWS: [&str; 15] = [
    "django.views.View",
    "django.views.generic.View",
    "django.views.generic.base.View",
    "django.views.generic.TemplateView",
    "django.views.generic.base.TemplateView",
    "django.views.generic.RedirectView",
    "django.views.generic.ListView",
    "django.views.generic.list.ListView",
    "django.views.generic.DetailView",
    "django.views.generic.detail.DetailView",
    "django.views.generic.FormView",
    "django.views.generic.edit.FormView",
    "django.views.generic.CreateView",
    "django.views.generic.UpdateView",
    "django.views.generic.DeleteView",
];

/// The same of the REST framework.
pub(crate) const REST_VIEWS: [&str; 12] = [
    "rest_framework.views.APIView",
    "rest_framework.generics.GenericAPIView",
    "rest_framework.generics.ListAPIView",
    "rest_framework.generics.CreateAPIView",
    "rest_framework.generics.RetrieveAPIView",
    "rest_framework.generics.ListCreateAPIView",
    "rest_framework.generics.RetrieveUpdateAPIView",
    "rest_framework.generics.RetrieveUpdateDestroyAPIView",
    "rest_framework.viewsets.ViewSet",
    "rest_framework.viewsets.GenericViewSet",
    "rest_framework.viewsets.ModelViewSet",
    "rest_framework.viewsets.ReadOnlyModelViewSet",
];

/// Decorators that only views carry.
const DECORATORS: [&str; 18] = [
    "django.views.decorators.http.require_GET",
    "django.views.decorators.http.require_POST",
    "django.views.decorators.http.require_safe",
    "django.views.decorators.http.require_http_methods",
    "django.views.decorators.http.condition",
    "django.views.decorators.csrf.csrf_exempt",
    "django.views.decorators.csrf.csrf_protect",
    "django.views.decorators.csrf.ensure_csrf_cookie",
    "django.views.decorators.cache.cache_page",
    "django.views.decorators.cache.never_cache",
    "django.views.decorators.clickjacking.xframe_options_exempt",
    "django.views.decorators.debug.sensitive_post_parameters",
    "django.contrib.auth.decorators.login_required",
    "django.contrib.auth.decorators.permission_required",
    "django.contrib.admin.views.decorators.staff_member_required",
    "rest_framework.decorators.api_view",
    "rest_framework.decorators.action",
    "django.conf.urls.url",
];

pub(super) fn sources() -> Vec<Source> {
    let named_alone = [("GET", QUERY), ("POST", FORM), ("COOKIES", COOKIES), ("META", HEADERS), ("FILES", FILES)];
    let actions = ["list", "retrieve", "create", "update", "partial_update", "destroy"];
    let forms = ["django.forms.Form", "django.forms.ModelForm", "django.forms.forms.Form"];
    let serializers = ["rest_framework.serializers.Serializer", "rest_framework.serializers.ModelSerializer"];
    [
        of(&REQUESTS, Attribute, &ATTRIBUTES),
        of(&REQUESTS, Call, &[("get_full_path", URL), ("read", BODY), ("readline", BODY)]),
        of(&["*"], Attribute, &named_alone),
        of(&["*"], Attribute, &[("query_params", QUERY), ("cleaned_data", FORM), ("validated_data", BODY)]),
        of(&forms, Attribute, &[("cleaned_data", FORM), ("data", FORM)]),
        of(&serializers, Attribute, &[("validated_data", BODY), ("initial_data", BODY)]),
        of(&VIEWS, Attribute, &[("kwargs", URL), ("args", URL)]),
        of(&REST_VIEWS, Attribute, &[("kwargs", URL), ("args", URL)]),
        handlers(&VIEWS, &METHODS, URL),
        handlers(&VIEWS, &["dispatch"], URL),
        handlers(&REST_VIEWS, &METHODS, URL),
        handlers(&REST_VIEWS, &actions, URL),
        handlers(&["django.urls"], &["path", "re_path"], URL),
        spec::sources(&DECORATORS, DecoratedParameters, Web, URL),
        handlers(&["ninja.NinjaAPI", "ninja.Router"], &METHODS, REQUEST),
        spec::sources(&["channels.generic.websocket.WebsocketConsumer.receive"], DecoratedParameters, Web, BODY),
        spec::sources(&["channels.generic.websocket.AsyncWebsocketConsumer.receive"], DecoratedParameters, Web, BODY),
        of(
            &["django.core.files.uploadedfile.UploadedFile"],
            Attribute,
            &[("name", FILES), ("content_type", PARAMETERS)],
        ),
    ]
    .concat()
}
