from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.urls import include, path


@login_required
def person(request):
    user = request.user
    return JsonResponse({"sub": user.username, "name": user.first_name, "email": user.email})


urlpatterns = [path("", person)]
urlpatterns += [path("", include("site_of_interop.oidc_urls"))]
