/** Django with Authlib (PyPI). */
import { takesSecret } from '../app-secret.ts';
import type { Recipe, Values } from './guide.ts';
import { quoted } from './quote.ts';
import { type Callback, callbackOf, missing } from './values.ts';

export const django: Recipe = {
  id: 'django',
  name: 'Django with Authlib',
  about: 'Python with Django, by Authlib’s client for it.',
  tested: true,
  fits: (app) => app.kind === 'web' && takesSecret(app),
  print(values) {
    const callback = callbackOf(values, '/callback');
    return {
      files: [
        { name: 'oidc_settings.py', language: 'python', text: settings(values, callback) },
        { name: 'oidc_urls.py', language: 'python', text: urls },
      ],
      steps: [
        'Install it: pip install django authlib requests',
        'Put both files beside settings.py. At its end: from .oidc_settings import *',
        'In urls.py, with include of django.urls: urlpatterns += [path("", include("YOUR_PROJECT.oidc_urls"))]',
        'Views with @login_required ask people to sign in at /login; /logout signs them out.',
        'Keep oidc_settings.py out of your repository: it holds the secret.',
      ],
      ...missing(callback),
    };
  },
};

const settings = (values: Values, { uri, path }: Callback) => `AUTHLIB_OAUTH_CLIENTS = {
    "latchkey": {
        "client_id": ${quoted(values.clientId)},
        "client_secret": ${quoted(values.clientSecret)},
        "server_metadata_url": ${quoted(`${values.issuer}/.well-known/openid-configuration`)},
        "client_kwargs": {
            "scope": ${quoted(values.scopes.join(' '))},
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": ${quoted(values.authentication)},
        },
    }
}
OIDC_REDIRECT_URI = ${quoted(uri)}
OIDC_REDIRECT_PATH = ${quoted(path.slice(1))}
OIDC_POST_LOGOUT_REDIRECT_URI = ${values.postLogoutRedirectUri === undefined ? 'None' : quoted(values.postLogoutRedirectUri)}
LOGIN_URL = "/login"
`;

const urls = `from urllib.parse import urlencode

from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.contrib.auth import get_user_model, login, logout
from django.shortcuts import redirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme

oauth = OAuth()
oauth.register("latchkey")


def sign_in(request):
    request.session["next"] = request.GET.get("next", "/")
    return oauth.latchkey.authorize_redirect(request, settings.OIDC_REDIRECT_URI)


def callback(request):
    token = oauth.latchkey.authorize_access_token(request)
    person = oauth.latchkey.userinfo(token=token)
    # Know people by the claim sub: it never changes.
    user, _ = get_user_model().objects.update_or_create(
        username=person["sub"],
        defaults={"first_name": person.get("name", "")[:150], "email": person.get("email", "")},
    )
    destination = request.session.pop("next", "/")
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session["id_token"] = token["id_token"]
    if not url_has_allowed_host_and_scheme(destination, request.get_host()):
        destination = "/"
    return redirect(destination)


def sign_out(request):
    hint = {"id_token_hint": request.session.get("id_token")}
    back = {"post_logout_redirect_uri": settings.OIDC_POST_LOGOUT_REDIRECT_URI}
    logout(request)
    query = urlencode({name: value for name, value in (hint | back).items() if value})
    endpoint = oauth.latchkey.load_server_metadata()["end_session_endpoint"]
    return redirect(f"{endpoint}?{query}")


urlpatterns = [
    path("login", sign_in),
    path(settings.OIDC_REDIRECT_PATH, callback),
    path("logout", sign_out),
]
`;
