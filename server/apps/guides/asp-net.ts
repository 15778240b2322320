/** ASP.NET Core with Microsoft.AspNetCore.Authentication.OpenIdConnect, by Microsoft's documented options. */
import { takesSecret } from '../app-secret.ts';
import type { Recipe, Values } from './guide.ts';
import { json } from './quote.ts';
import { type Callback, callbackOf, isPlain, missing } from './values.ts';

export const aspNet: Recipe = {
  id: 'asp-net',
  name: 'ASP.NET Core',
  about: 'C# with the OpenID Connect handler of ASP.NET Core 8 and later.',
  tested: false,
  fits: (app) => app.kind === 'web' && takesSecret(app),
  print(values) {
    const callback = callbackOf(values, '/signin-oidc');
    return {
      files: [
        { name: 'appsettings.json', language: 'json', text: json({ Oidc: options(values, callback) }) },
        { name: 'Program.cs', language: 'csharp', text: program },
      ],
      steps: [
        ...(values.authentication === 'client_secret_post'
          ? []
          : [
              'Let the app authenticate by client_secret_post: the handler knows no other way to send its secret.',
            ]),
        ...(signedOut(values, callback) === undefined
          ? [`Allow ${callback.origin}${signedOutPath} as an address to come back to after signing out.`]
          : []),
        'Add the package: dotnet add package Microsoft.AspNetCore.Authentication.OpenIdConnect',
        'Put the section Oidc into your appsettings.json, and what Program.cs does into yours.',
        'Keep the secret out of your repository: dotnet user-secrets set Oidc:ClientSecret …, or the environment variable Oidc__ClientSecret.',
      ],
      ...missing(callback),
    };
  },
};

/** Properties of `OpenIdConnectOptions`, which the configuration binder fills in. */
function options(values: Values, callback: Callback): object {
  return {
    Authority: values.issuer,
    RequireHttpsMetadata: values.issuer.startsWith('https:'),
    ClientId: values.clientId,
    ClientSecret: values.clientSecret,
    ResponseType: 'code',
    ResponseMode: 'query',
    UsePkce: true,
    Scope: values.scopes,
    CallbackPath: callback.path,
    SignedOutCallbackPath: signedOut(values, callback) ?? signedOutPath,
    GetClaimsFromUserInfoEndpoint: true,
    MapInboundClaims: false,
    SaveTokens: true,
    TokenValidationParameters: { NameClaimType: 'name', RoleClaimType: 'groups' },
  };
}

const signedOutPath = '/signout-callback-oidc';

/** The handler takes whatever comes back to this path, so it is not to be that of a page. */
function signedOut({ postLogoutRedirectUri = '' }: Values, { origin }: Callback): string | undefined {
  const { origin: other, pathname } = URL.parse(postLogoutRedirectUri) ?? {};
  return pathname && other === origin && isPlain(pathname) ? pathname : undefined;
}

const program = `using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;

var builder = WebApplication.CreateBuilder(args);
builder.Services
    .AddAuthentication(options =>
    {
        options.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme;
    })
    .AddCookie()
    .AddOpenIdConnect(options =>
    {
        options.Scope.Clear();
        builder.Configuration.Bind("Oidc", options);
        options.ClaimActions.MapJsonKey("preferred_username", "preferred_username");
        options.ClaimActions.MapJsonKey("groups", "groups");
    });
builder.Services.AddAuthorization();

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
// Know people by the claim sub: it never changes.
app.MapGet("/", (HttpContext context) => context.User.FindFirst("name")?.Value).RequireAuthorization();
app.MapPost("/logout", () => Results.SignOut(authenticationSchemes:
    [CookieAuthenticationDefaults.AuthenticationScheme, OpenIdConnectDefaults.AuthenticationScheme]));
app.Run();
`;
