using System.Text;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CsCheck;

namespace CloudBackup.Tests.Encryption;

public sealed class FileNameCipherTests
{
    private static readonly BackupKeys Keys = BackupKeys.Derive("correct horse"u8);

    private static readonly FileNameCipher Cipher = new(Keys);

    private static readonly Gen<string> Name = Gen.Byte[1, 255].Array[1, 156].Select(bytes => PathText.FromBytes([.. bytes.Where(value => value != '/')]))
        .Where(name => name.Length > 0);

    [Fact]
    public void Names_of_any_bytes_come_back() => Name.Sample(name => Cipher.Decrypt(Cipher.Encrypt(name)) == name, iter: 5000);

    [Fact]
    public void Every_length_up_to_the_longest_comes_back_and_fits_a_file_system()
    {
        for (var length = 1; length <= FileNameCipher.LongestName; length++)
        {
            var encrypted = Cipher.Encrypt(new string('n', length));
            Assert.InRange(encrypted.Length, 43, 255);
            Assert.Equal(new string('n', length), Cipher.Decrypt(encrypted));
        }
        Assert.Throws<ArgumentException>(() => Cipher.Encrypt(new string('n', 157)));
        Assert.False(FileNameCipher.Fits(new string('é', 79)));
        Assert.True(FileNameCipher.Fits(new string('é', 78)));
    }

    [Fact]
    public void Every_plane_of_Unicode_leading_dots_and_dashes_come_back()
    {
        string[] names = [.. Enumerable.Range(0, 17).Select(plane => new Rune((plane << 16) + 0x1234).ToString()), ".", "..", "...x", "-", "--x", " ", "\n", "=+/".Replace("/", "-")];
        Assert.All(names, name => Assert.Equal(name, Cipher.Decrypt(Cipher.Encrypt(name))));
    }

    [Fact]
    public void Equal_names_encrypt_equally_and_others_do_not() =>
        Gen.Select(Name, Name).Sample((a, b) => (a == b) == (Cipher.Encrypt(a) == Cipher.Encrypt(b)));

    [Fact]
    public void An_encrypted_name_is_a_file_name() => Name.Sample(name => Cipher.Encrypt(name).All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-'));

    [Fact]
    public void Any_changed_character_is_found()
    {
        var encrypted = Cipher.Encrypt("a name of some length, more than a block");
        foreach (var replacement in "Ax-+ =/é")
        {
            for (var i = 0; i < encrypted.Length; i++)
            {
                if (encrypted[i] != replacement)
                {
                    var damaged = encrypted[..i] + replacement + encrypted[(i + 1)..];
                    Assert.Throws<WrongPasswordOrDamagedException>(() => Cipher.Decrypt(damaged));
                }
            }
        }
        Assert.Throws<WrongPasswordOrDamagedException>(() => Cipher.Decrypt(encrypted[..^1]));
        Assert.Throws<WrongPasswordOrDamagedException>(() => Cipher.Decrypt(""));
        Assert.Throws<WrongPasswordOrDamagedException>(() => Cipher.Decrypt("plain.txt"));
    }

    [Fact]
    public void Paths_are_encrypted_part_by_part()
    {
        var encrypted = Cipher.EncryptPath("data/pictures/a.jpg");
        Assert.Equal(3, encrypted.Split('/').Length);
        Assert.Equal(Cipher.Encrypt("pictures"), encrypted.Split('/')[1]);
        Assert.Equal("data/pictures/a.jpg", Cipher.DecryptPath(encrypted));
    }

    [Fact]
    public void Keys_are_those_of_scrypt_and_their_id_tells_nothing_of_them()
    {
        // Computed with Python's hashlib.scrypt(b'password', salt=b'CLOUDRONSCRYPTSALT', n=16384, r=8, p=1, dklen=128).
        using var keys = BackupKeys.Derive("password"u8);
        Assert.Equal("8da4a5e9b960b26f9eeb5bb3f234647bf26caf08b4c4df0c31d978acf7be1fa9", Convert.ToHexStringLower(keys.DataKey));
        Assert.Equal("48263a4af9c197d964637b22468e03593f1150ddc2a65189ebbf107e1b62610f", Convert.ToHexStringLower(keys.DataHmacKey));
        Assert.Equal("e7ab7f4eecb4be7110f1157ecee46c1e5f73dc4eca59346a69c1e179adaaa65c", Convert.ToHexStringLower(keys.NameKey));
        Assert.Equal("cefdb64d573a5122ed1898b2f62974d12448bf7ff3e03a932e3944887cc36a11", Convert.ToHexStringLower(keys.NameHmacKey));
        Assert.Equal(16, keys.Id.Length);
        Assert.Equal(keys.Id, BackupKeys.FromBytes(keys.ToBytes()).Id);
        Assert.DoesNotContain(keys.Id, Convert.ToHexStringLower(keys.ToBytes()), StringComparison.Ordinal);
        Assert.Equal(keys.Id, keys.ToString());
    }

    [Fact]
    public void The_documented_test_vectors_hold()
    {
        // docs/en-US/about_CloudBackupEncryption.md; computed with Python's hashlib, hmac and cryptography.
        using var keys = BackupKeys.Derive("correct horse battery staple"u8);
        Assert.Equal("8f41c5aea0932edd", keys.Id);
        Assert.Equal("JDKK95RUrQW9PJJDGKnoeYApMZGUGLBFVCe6HoAa4hw", new FileNameCipher(keys).Encrypt("data"));
        Assert.Equal("EB8I5qgDF9MyQETDZhjGj8GlErbR9yi6VtUvKYCTnFY", new FileNameCipher(keys).Encrypt("a.jpg"));
        Assert.Equal(
            "43425632000102030405060708090a0b0c0d0e0ff42bc2ffb0b9267c08aadeb3655480c15aea1acf53ff2ce940109e57c4b230a895bd4293f06a2085ff321e21d612584a",
            Convert.ToHexStringLower(Cbv2Bytes.Encrypt("CloudBackup\n"u8, keys, Convert.FromHexString("000102030405060708090a0b0c0d0e0f"))));
    }

    [Fact]
    public void A_password_is_its_UTF8_bytes()
    {
        using var secure = new System.Security.SecureString();
        foreach (var character in "pässwörd😀")
        {
            secure.AppendChar(character);
        }
        Assert.Equal(BackupKeys.Derive(Encoding.UTF8.GetBytes("pässwörd😀")).Id, BackupKeys.Derive(secure).Id);
    }
}
