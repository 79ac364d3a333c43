Describe 'Get-PlatformBackup' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $first = New-PlatformBackup -Label first
        $second = New-PlatformBackup -Label second
    }

    It 'lists all, newest first' {
        (Get-PlatformBackup).Label | Should -Be second, first
    }

    It 'finds the newest, and those of a site' {
        (Get-PlatformBackup -Newest).Id | Should -Be $second.Id
        $null = New-BackupSite empty filesystem -Path "$root/other" -ExternalDisk
        Get-PlatformBackup empty | Should -BeNullOrEmpty
        (Get-BackupSite local | Get-PlatformBackup).Id | Should -Be $second.Id, $first.Id
    }

    It 'finds one by its id' {
        (Get-PlatformBackup -Id $first.Id).Label | Should -Be first
        { Get-PlatformBackup -Id nothing -ErrorAction Stop } | Should -Throw -ErrorId 'PlatformBackupNotFound,CloudBackup.Commands.GetPlatformBackupCommand'
    }

    It 'tells which app backups it stands on' {
        (Get-AppBackup -Id $second.DependsOn).Location | Should -Be wiki.example.com
    }
}
