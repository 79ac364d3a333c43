using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CloudBackup.Storage.S3;

/// <summary>The store shows a certificate that is not to be trusted.</summary>
/// <param name="errors">What is wrong with it.</param>
/// <param name="chain">Who vouches for it.</param>
internal sealed class CertificateException(SslPolicyErrors errors, X509Chain? chain) : Exception(Describe(errors, chain))
{
    private static string Describe(SslPolicyErrors errors, X509Chain? chain) =>
        errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) ? "it has none."
        : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? "it is for another host."
        : $"{string.Join(", ", (chain?.ChainStatus ?? []).Select(status => status.Status).Distinct())}.";
}
