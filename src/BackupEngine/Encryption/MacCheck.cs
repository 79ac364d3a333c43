using System.Security.Cryptography;

namespace CloudBackup.Encryption;

/// <summary>What the HMAC of a file may cover.</summary>
internal enum MacCoverage
{
    /// <summary>Vector and ciphertext: what CloudBackup writes.</summary>
    VectorAndCiphertext,

    /// <summary>That, or the magic too: for files from elsewhere.</summary>
    Either,
}

/// <summary>Computes and checks the HMAC of a file while it is read.</summary>
internal sealed class MacCheck(BackupKeys keys, MacCoverage coverage) : IDisposable
{
    private readonly IncrementalHash _plain = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.DataHmacKey);
    private readonly IncrementalHash? _withMagic =
        coverage == MacCoverage.Either ? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.DataHmacKey) : null;

    /// <summary>Takes the vector.</summary>
    public void Start(ReadOnlySpan<byte> vector)
    {
        _withMagic?.AppendData(Cbv2.Magic);
        Append(vector);
    }

    /// <summary>Takes ciphertext.</summary>
    public void Append(ReadOnlySpan<byte> cipher)
    {
        _plain.AppendData(cipher);
        _withMagic?.AppendData(cipher);
    }

    /// <summary>Compares with the HMAC in the file.</summary>
    /// <exception cref="WrongPasswordOrDamagedException">It is another one.</exception>
    public void Check(ReadOnlySpan<byte> expected)
    {
        Span<byte> mac = stackalloc byte[Cbv2.MacLength];
        _plain.GetHashAndReset(mac);
        var isRight = CryptographicOperations.FixedTimeEquals(mac, expected);
        if (_withMagic is not null)
        {
            _withMagic.GetHashAndReset(mac);
            isRight |= CryptographicOperations.FixedTimeEquals(mac, expected);
        }
        if (!isRight)
        {
            throw Failure();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _plain.Dispose();
        _withMagic?.Dispose();
    }

    /// <summary>The one failure of authentication.</summary>
    public static WrongPasswordOrDamagedException Failure() => new("The password is wrong, or the file was changed or damaged.");
}
