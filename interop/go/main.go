// A relying party on go-oidc: code flow with PKCE, the ID token verified by discovery and JWKS, userinfo.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/url"
	"os"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func main() {
	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, os.Getenv("OIDC_ISSUER"))
	check(err)
	config := oauth2.Config{
		ClientID:    os.Getenv("OIDC_CLIENT_ID"),
		RedirectURL: os.Getenv("OIDC_REDIRECT_URI"),
		Endpoint:    provider.Endpoint(),
		Scopes:      strings.Fields(os.Getenv("OIDC_SCOPE")),
	}

	verifier, state, nonce := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	answer := ask(config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)))
	if answer.Get("state") != state || answer.Get("iss") != os.Getenv("OIDC_ISSUER") {
		log.Fatalf("state or iss of the answer is wrong: %v", answer)
	}
	token, err := config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(verifier))
	check(err)

	raw, _ := token.Extra("id_token").(string)
	idToken, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID}).Verify(ctx, raw)
	check(err)
	if idToken.Nonce != nonce {
		log.Fatal("the nonce is another one")
	}
	var claims map[string]any
	check(idToken.Claims(&claims))
	show(fmt.Sprintf("ID token: acr %v, amr %v", claims["acr"], claims["amr"]))

	person, err := provider.UserInfo(ctx, config.TokenSource(ctx, token))
	check(err)
	if person.Subject != idToken.Subject {
		log.Fatal("userinfo is about somebody else")
	}
	show("userinfo: " + person.Email)
}

// ask has a browser follow the authorization request, and returns the parameters it came back with.
func ask(authorize string) url.Values {
	say("authorize", authorize)
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	check(err)
	var callback string
	check(json.NewDecoder(strings.NewReader(line)).Decode(&callback))
	parsed, err := url.Parse(callback)
	check(err)
	return parsed.Query()
}

func show(sentence string) { say("shown", sentence) }

func say(kind, text string) { check(json.NewEncoder(os.Stdout).Encode(map[string]string{kind: text})) }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
