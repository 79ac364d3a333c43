using System.Security.Cryptography;

namespace CloudBackup.Encryption;

/// <summary>What the HMAC of a file covers.</summary>
internal enum MacCoverage
{
    /// <summary>Vector and ciphertext: what CloudBackup writes.</summary>
    VectorAndCiphertext,

    /// <summary>The magic too: what some other writers of the format do.</summary>
    Everything,

    /// <summary>One of the two; costs both computations.</summary>
    Either,
}

/// <summary>Computes and checks the HMAC of a file while it is read.</summary>
internal sealed class MacCheck(BackupKeys keys, MacCoverage coverage) : IDisposable
{
    private readonly IncrementalHash? _withoutMagic = coverage == MacCoverage.Everything ? null : NewMac(keys);
    private readonly IncrementalHash? _withMagic = coverage == MacCoverage.VectorAndCiphertext ? null : NewMac(keys);

    /// <summary>Which coverage the file turned out to have; set by <see cref="Check"/>.</summary>
    public MacCoverage Found { get; private set; } = coverage;

    /// <summary>Takes the vector.</summary>
    public void Start(ReadOnlySpan<byte> vector)
    {
        _withMagic?.AppendData(Cbv2.Magic);
        Append(vector);
    }

    /// <summary>Takes ciphertext.</summary>
    public void Append(ReadOnlySpan<byte> cipher)
    {
        _withoutMagic?.AppendData(cipher);
        _withMagic?.AppendData(cipher);
    }

    /// <summary>Compares with the HMAC in the file.</summary>
    /// <exception cref="WrongPasswordOrDamagedException">It is another one.</exception>
    public void Check(ReadOnlySpan<byte> expected)
    {
        if (Is(_withoutMagic, expected))
        {
            Found = MacCoverage.VectorAndCiphertext;
        }
        else if (Is(_withMagic, expected))
        {
            Found = MacCoverage.Everything;
        }
        else
        {
            throw Failure();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _withoutMagic?.Dispose();
        _withMagic?.Dispose();
    }

    /// <summary>The one failure of authentication.</summary>
    public static WrongPasswordOrDamagedException Failure() => new("The password is wrong, or the file was changed or damaged.");

    private static IncrementalHash NewMac(BackupKeys keys) => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.DataHmacKey);

    private static bool Is(IncrementalHash? mac, ReadOnlySpan<byte> expected)
    {
        Span<byte> value = stackalloc byte[Cbv2.MacLength];
        return mac is not null && mac.TryGetHashAndReset(value, out _) && CryptographicOperations.FixedTimeEquals(value, expected);
    }
}
