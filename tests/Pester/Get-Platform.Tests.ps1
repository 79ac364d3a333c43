Describe 'Get-Platform' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach { $root = New-TestApp }

    It 'tells id, home and version, always the same' {
        $platform = Get-Platform
        $platform | Should -BeOfType CloudBackup.BackupPlatform
        $platform.PlatformHome | Should -Be "$root/home"
        $platform.Version | Should -Match '^\d+\.\d+\.\d+$'
        (Get-Platform).Id | Should -Be $platform.Id
        $platform.ExtraDirectory | Should -BeNullOrEmpty
    }

    It 'tells the folders that are backed up with it' {
        $null = New-Item -ItemType Directory "$root/mail"
        Set-Platform -ExtraDirectory "$root/mail"
        (Get-Platform).ExtraDirectory | Should -Be "$root/mail"
    }

    It 'is another one in another home' {
        $null = New-BackupSite there filesystem -Path "$root/other" -ExternalDisk -PlatformHome "$root/second"
        (Get-Platform -PlatformHome "$root/second").Id | Should -Not -Be (Get-Platform).Id
    }
}
