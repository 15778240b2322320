/** Spring Security 7 with Spring Boot 4 (Maven Central). */
import { takesSecret } from '../app-secret.ts';
import type { Recipe, Values } from './guide.ts';
import { quoted, springYaml } from './quote.ts';
import { type Callback, callbackOf, missing } from './values.ts';

export const spring: Recipe = {
  id: 'spring-security',
  name: 'Spring Security',
  about: 'Java with Spring Boot 4 and its OAuth2 client.',
  tested: true,
  fits: (app) => app.kind === 'web' && takesSecret(app),
  print(values) {
    const callback = callbackOf(values, '/login/oauth2/code/latchkey');
    return {
      files: [
        {
          name: 'src/main/resources/application.yml',
          language: 'yaml',
          text: application(values, callback),
        },
        { name: 'src/main/java/app/SecurityConfig.java', language: 'java', text: configuration(values) },
      ],
      steps: [
        'Add the dependencies spring-boot-starter-webmvc and spring-boot-starter-security-oauth2-client.',
        'Put SecurityConfig.java into the package of your application: change its first line.',
        'Every page asks people to sign in; a POST to /logout signs them out, here and at the provider.',
        'Keep the secret out of your repository: put client-secret into the environment as SPRING_SECURITY_OAUTH2_CLIENT_REGISTRATION_LATCHKEY_CLIENTSECRET.',
      ],
      ...missing(callback),
    };
  },
};

const application = (values: Values, { uri }: Callback) => `spring:
  security:
    oauth2:
      client:
        registration:
          latchkey:
            client-name: Latchkey
            client-id: ${springYaml(values.clientId)}
            client-secret: ${springYaml(values.clientSecret)}
            client-authentication-method: ${values.authentication}
            authorization-grant-type: authorization_code
            redirect-uri: ${springYaml(uri)}
            scope: [${values.scopes.map(springYaml).join(', ')}]
        provider:
          latchkey:
            issuer-uri: ${springYaml(values.issuer)}
            # Not the e-mail address, nor the user name: both may change.
            user-name-attribute: sub
# Whoever ends TLS before this says so in X-Forwarded-Proto.
server:
  forward-headers-strategy: native
`;

/** It is a template there: one with braces of its own cannot be said. */
function back(uri?: string): string {
  return uri === undefined || /[{}]/.test(uri)
    ? ''
    : `        logout.setPostLogoutRedirectUri(${quoted(uri)});\n`;
}

const configuration = ({ algorithm, postLogoutRedirectUri }: Values) => `package app;

import java.net.URI;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.web.SecurityFilterChain;

@Configuration
public class SecurityConfig {

    @Bean
    SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository registrations) throws Exception {
        String redirectUri = registrations.findByRegistrationId("latchkey").getRedirectUri();
        var logout = new OidcClientInitiatedLogoutSuccessHandler(registrations);
${back(postLogoutRedirectUri)}        return http
            .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
            .oauth2Login(login -> login.redirectionEndpoint(
                endpoint -> endpoint.baseUri(URI.create(redirectUri).getPath())))
            .logout(end -> end.logoutSuccessHandler(logout))
            .build();
    }

    /** Without it Spring Security takes RS256 alone. */
    @Bean
    JwtDecoderFactory<ClientRegistration> idTokenDecoders() {
        var decoders = new OidcIdTokenDecoderFactory();
        decoders.setJwsAlgorithmResolver(registration -> SignatureAlgorithm.${algorithm});
        return decoders;
    }
}
`;
