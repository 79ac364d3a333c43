using CloudBackup.FileTree;
using CsCheck;

namespace CloudBackup.Tests.FileTree;

public sealed class PathTextTests
{
    [Fact]
    public void Any_bytes_survive_the_round_trip() =>
        Gen.Byte.Array[0, 64].Sample(bytes => PathText.ToBytes(PathText.FromBytes(bytes)).AsSpan().SequenceEqual(bytes), iter: 20_000);

    [Fact]
    public void Well_formed_text_is_itself() =>
        Gen.String[Gen.Char['\0', '\uD7FF'], 0, 40].Sample(text => PathText.FromBytes(PathText.ToBytes(text)) == text && !PathText.HasRawBytes(text));

    [Fact]
    public void Different_bytes_never_become_the_same_text() =>
        Gen.Select(Gen.Byte.Array[0, 6], Gen.Byte.Array[0, 6])
            .Sample((a, b) => a.AsSpan().SequenceEqual(b) == (PathText.FromBytes(a) == PathText.FromBytes(b)), iter: 50_000);

    [Fact]
    public void Encode_and_count_agree_with_ToBytes() => Gen.Byte.Array[0, 40].Sample(bytes =>
    {
        var text = PathText.FromBytes(bytes);
        var buffer = new byte[64];
        return PathText.CountBytes(text) == bytes.Length && buffer.AsSpan(0, PathText.Encode(text, buffer)).SequenceEqual(bytes);
    });

    [Theory]
    [InlineData(new byte[] { 0xFF }, "\\xff")]
    [InlineData(new byte[] { 0x61, 0x0A }, "a\\x0a")]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x98, 0x80 }, "😀")]
    public void Display_shows_what_cannot_be_shown_as_numbers(byte[] bytes, string shown) =>
        Assert.Equal(shown, PathText.ForDisplay(PathText.FromBytes(bytes)));

    [Fact]
    public void Emoji_and_encoded_surrogates_are_told_apart()
    {
        Assert.False(PathText.HasRawBytes("😀"));
        Assert.True(PathText.HasRawBytes(PathText.FromBytes([0xED, 0xA0, 0x80])));
    }
}
