namespace CloudBackup.Storage.S3;

/// <summary>Where a site's bucket is, put together from the profile and what the user said.</summary>
internal sealed record BucketAddress
{
    /// <summary>The store's profile.</summary>
    public required S3Profile Profile { get; init; }

    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The region that requests are signed for.</summary>
    public required string Region { get; init; }

    /// <summary>The address; null for Amazon's own, which the SDK knows.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Whether any certificate will do.</summary>
    public bool AcceptsAnyCertificate { get; init; }

    /// <summary>Whether what is sent arrives unchanged at the right place, whatever is between: by TLS with a certificate that was checked.</summary>
    public bool IsProtectedOnTheWay => Endpoint?.Scheme != Uri.UriSchemeHttp && !AcceptsAnyCertificate;

    /// <summary>The host, for messages.</summary>
    public string Host => Endpoint?.Authority ?? $"s3.{Region}.amazonaws.com";

    /// <summary>Checks what the user said, and fills in what the profile knows.</summary>
    /// <exception cref="BackupException">A setting is missing or makes no sense.</exception>
    public static BucketAddress Of(S3Profile profile, S3Settings settings)
    {
        if (settings.Bucket.Length is < 3 or > 63 || settings.Bucket.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')))
        {
            throw BackupErrors.NameInvalid("bucket", settings.Bucket, "3 to 63 letters, digits, dots and dashes; give it with -Bucket");
        }
        if (settings.AcceptSelfSignedCertificate && !profile.CanBeSelfSigned && settings.Endpoint is null)
        {
            throw BackupErrors.NameInvalid(
                "provider for -AcceptSelfSignedCertificate", profile.Name, "it is for stores of your own: minio, s3-compatible, or any with -Endpoint");
        }
        var region = settings.Region ?? profile.DefaultRegion ?? (settings.Endpoint is null ? null : "us-east-1");
        if (region is null || region.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
        {
            throw BackupErrors.NameInvalid("region", region ?? "", $"give one with -Region, such as {string.Join(", ", profile.Regions.Take(3))}");
        }
        return new BucketAddress
        {
            Profile = profile,
            Bucket = settings.Bucket,
            Region = region,
            Endpoint = EndpointOf(profile, settings, region),
            AcceptsAnyCertificate = settings.AcceptSelfSignedCertificate,
        };
    }

    private static Uri? EndpointOf(S3Profile profile, S3Settings settings, string region)
    {
        if (settings.Endpoint is null && profile.Endpoint is null)
        {
            return profile.HasVirtualHosts
                ? null
                : throw BackupErrors.NameInvalid("endpoint", "", $"give the address of your {profile.Title} with -Endpoint");
        }
        var text = settings.Endpoint ?? profile.EndpointFor(region)!;
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            text = $"https://{text}";
        }
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0
            && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? uri
            : throw BackupErrors.NameInvalid(
                "endpoint", text, "an address such as https://s3.example.com, without bucket and keys; give keys with -Credential");
    }
}
