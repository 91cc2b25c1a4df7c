//! The other side: what it says of itself, and what it says of somebody.

use daybook_model::Timestamp;
use openidconnect::{
    AccessTokenHash, AuthType, AuthenticationFlow, AuthorizationCode, Client as OidcClient,
    ClientId, EmptyExtraTokenFields, EndUserEmail, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IdTokenFields, IssuerUrl, OAuth2TokenResponse as _, PkceCodeChallenge, RedirectUrl, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse as _, TokenUrl, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};

use super::{
    Config, OidcError,
    claims::{Others, Vouch},
    http::Client,
    journey::Journey,
};

/// By which a provider may sign what it says: with a key that it alone has.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What a code is worth.
pub(super) type Tokens = StandardTokenResponse<
    IdTokenFields<
        Others,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type Inner = OidcClient<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A provider as it described itself.
pub(super) struct Provider(Inner);

impl Provider {
    /// Reads what a provider says of itself, and its keys.
    pub(super) fn discover(
        client: &Client,
        issuer: &IssuerUrl,
        config: &Config,
        callback: RedirectUrl,
    ) -> Result<Self, OidcError> {
        let unusable = |e: &dyn std::error::Error| OidcError::Provider(told(e));
        let said = CoreProviderMetadata::discover(issuer, client).map_err(|e| unusable(&e))?;
        let endpoints =
            [Some(said.authorization_endpoint().url()), said.token_endpoint().map(TokenUrl::url)];
        let plain = |url: &&openidconnect::url::Url| url.scheme() != issuer.url().scheme();
        if let Some(url) = endpoints.into_iter().flatten().find(plain) {
            return Err(OidcError::Provider(format!("{url} is not reached like the rest of it")));
        }
        // Basic is what there is where nothing is said.
        let methods = said.token_endpoint_auth_methods_supported();
        let by_body = methods.is_some_and(|methods| {
            !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        let id = ClientId::new(config.client_id.clone());
        let inner = OidcClient::from_provider_metadata(said, id, config.client_secret.clone())
            .set_redirect_uri(callback)
            .set_auth_type(if by_body { AuthType::RequestBody } else { AuthType::BasicAuth });
        Ok(Self(inner))
    }

    /// Where a browser is sent to be signed in.
    pub(super) fn away(&self, journey: &Journey, scopes: impl Iterator<Item = Scope>) -> String {
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&journey.verifier());
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let (state, nonce) = (journey.state(), journey.nonce());
        let request = self.0.authorize_url(flow, move || state.clone(), move || nonce.clone());
        let request = request.add_scope(Scope::new("email".into())).add_scopes(scopes);
        request.set_pkce_challenge(challenge).url().0.into()
    }

    /// What a code is worth, in exchange for it.
    pub(super) fn exchange(
        &self,
        client: &Client,
        code: String,
        journey: &Journey,
    ) -> Result<Tokens, OidcError> {
        self.0
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|e| OidcError::Provider(told(&e)))?
            .set_pkce_verifier(journey.verifier())
            .request(client)
            .map_err(|e| OidcError::Code(told(&e)))
    }

    /// Whom the tokens are about, if they are what they should be.
    pub(super) fn read(
        &self,
        client: &Client,
        tokens: &Tokens,
        journey: &Journey,
        groups_claim: &str,
        now: Timestamp,
    ) -> Result<Vouch, OidcError> {
        let unbelievable = |e: &dyn std::error::Error| OidcError::Claims(told(e));
        let at = now.to_utc();
        let verifier =
            self.0.id_token_verifier().set_allowed_algs(SIGNATURES).set_time_fn(move || at);
        let id_token = tokens
            .id_token()
            .ok_or_else(|| OidcError::Claims("there is no ID token in the answer".into()))?;
        let claims = id_token.claims(&verifier, &journey.nonce()).map_err(|e| unbelievable(&e))?;
        if let Some(expected) = claims.access_token_hash() {
            let alg = id_token.signing_alg().map_err(|e| unbelievable(&e))?;
            let key = id_token.signing_key(&verifier).map_err(|e| unbelievable(&e))?;
            let hash = AccessTokenHash::from_token(tokens.access_token(), alg, key)
                .map_err(|e| unbelievable(&e))?;
            if hash != *expected {
                return Err(OidcError::Claims("its tokens do not belong together".into()));
            }
        }
        let subject = claims.subject().to_string();
        let trusted = |email: Option<&EndUserEmail>, verified: Option<bool>| {
            email.filter(|_| verified == Some(true)).map(|email| email.to_string())
        };
        let mut email = trusted(claims.email(), claims.email_verified());
        let mut groups = claims.additional_claims().groups(groups_claim);
        // Many providers say of these only where they are asked for it.
        if (email.is_none() || groups.is_none()) && self.0.user_info_url().is_some() {
            let request = self
                .0
                .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
                .map_err(|e| unbelievable(&e))?;
            let more: UserInfoClaims<Others, CoreGenderClaim> =
                request.request(client).map_err(|e| unbelievable(&e))?;
            email = email.or_else(|| trusted(more.email(), more.email_verified()));
            groups = groups.or_else(|| more.additional_claims().groups(groups_claim));
        }
        Ok(Vouch { subject, email, groups: groups.unwrap_or_default() })
    }
}

/// An error with its causes. No secret is in them: codes and tokens are sent, not told.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
